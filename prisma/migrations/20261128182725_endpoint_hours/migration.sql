-- CreateTable
CREATE TABLE "endpoint_hours" (
    "endpoint_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(6) NOT NULL,
    "organization_id" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "failed_attempts" INTEGER NOT NULL,

    CONSTRAINT "endpoint_hours_pkey" PRIMARY KEY ("endpoint_id","hour")
);

-- CreateIndex
CREATE INDEX "endpoint_hours_organization_id_idx" ON "endpoint_hours"("organization_id");

-- CreateIndex
CREATE INDEX "endpoint_hours_hour_idx" ON "endpoint_hours"("hour");
