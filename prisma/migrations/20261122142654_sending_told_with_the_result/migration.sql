-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "untold" BOOLEAN NOT NULL DEFAULT false;
