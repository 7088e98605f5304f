-- AlterTable
ALTER TABLE "one_time_codes" ADD COLUMN     "remember" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "person_credentials" ADD COLUMN     "is_short" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "known_devices" (
    "hash" BYTEA NOT NULL,
    "person_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "known_devices_pkey" PRIMARY KEY ("person_id","hash")
);

-- CreateTable
CREATE TABLE "sign_in_budgets" (
    "subject" BYTEA NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6),

    CONSTRAINT "sign_in_budgets_pkey" PRIMARY KEY ("subject")
);

-- CreateIndex
CREATE INDEX "sign_in_budgets_expires_at_idx" ON "sign_in_budgets"("expires_at");

-- AddForeignKey
ALTER TABLE "known_devices" ADD CONSTRAINT "known_devices_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "persons"("id") ON DELETE CASCADE ON UPDATE CASCADE;
