-- CreateEnum
CREATE TYPE "document_status" AS ENUM ('CREATED', 'ACTIVE', 'RETIRED');

-- CreateTable
CREATE TABLE "persisted_documents" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "document_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "status" "document_status" NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "activated_at" TIMESTAMPTZ(6),
    "retired_at" TIMESTAMPTZ(6),

    CONSTRAINT "persisted_documents_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "persisted_documents_organization_id_id_idx" ON "persisted_documents"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "persisted_documents_organization_id_document_id_key" ON "persisted_documents"("organization_id", "document_id");

-- AddForeignKey
ALTER TABLE "persisted_documents" ADD CONSTRAINT "persisted_documents_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
