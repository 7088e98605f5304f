-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "created_by_name" TEXT,
ADD COLUMN     "revoked_by_name" TEXT;

-- AlterTable
ALTER TABLE "audit_entries" ADD COLUMN     "actor_name" TEXT;

-- AlterTable
ALTER TABLE "persisted_documents" ADD COLUMN     "created_by_name" TEXT;

-- AlterTable
ALTER TABLE "replays" ADD COLUMN     "created_by_name" TEXT;

-- The names that the keys have now, for what they did before.
UPDATE audit_entries a SET actor_name = k.name FROM api_keys k WHERE k.id = a.actor;
UPDATE api_keys c SET created_by_name = k.name FROM api_keys k WHERE k.id = c.created_by;
UPDATE api_keys c SET revoked_by_name = k.name FROM api_keys k WHERE k.id = c.revoked_by;
UPDATE persisted_documents d SET created_by_name = k.name FROM api_keys k WHERE k.id = d.created_by;
UPDATE replays r SET created_by_name = k.name FROM api_keys k WHERE k.id = r.created_by;
