-- CreateTable
CREATE TABLE "permission_resources" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "permission_resources_pkey" PRIMARY KEY ("name")
);

-- The resources of the operator that keys have permissions on already.
INSERT INTO permission_resources (name, description, created_at)
SELECT DISTINCT held.resource, '', now() FROM api_keys, jsonb_object_keys(permissions) AS held (resource)
WHERE held.resource NOT IN ('keys', 'webhooks', 'events', 'deliveries', 'usage', 'audit', 'members', 'platform');

-- Actions of the audit trail are an enumeration. A refused request names its field in the details.
UPDATE audit_entries SET action = 'request', details = details || jsonb_build_object('field', action)
WHERE action ~ '^[A-Z][A-Za-z]*[.]';
UPDATE audit_entries SET action = 'request' WHERE action IN ('operation', 'authenticate');
UPDATE audit_entries SET action = 'persistedDocument.create' WHERE action = 'persistedDocument';
UPDATE audit_entries SET action = 'replay.create' WHERE action = 'deliveries.replay';
UPDATE audit_entries SET action = 'replay.cancel' WHERE action = 'deliveries.replayCancel';
