-- Requests of an organization within a batch in one row, instead of a row for each.
CREATE TABLE "usage_chunks" (
    "batch_id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "key_ids" TEXT[],
    "kinds" TEXT NOT NULL,
    "requests" TEXT NOT NULL,

    CONSTRAINT "usage_chunks_pkey" PRIMARY KEY ("batch_id","organization_id")
);
CREATE INDEX "usage_chunks_organization_id_batch_id_idx" ON "usage_chunks"("organization_id", "batch_id");

-- Compressing costs more than the rest of writing them, and what was written one by one was larger.
ALTER TABLE "usage_chunks" ALTER COLUMN "kinds" SET STORAGE EXTERNAL, ALTER COLUMN "requests" SET STORAGE EXTERNAL;

INSERT INTO "usage_chunks" ("batch_id", "organization_id", "key_ids", "kinds", "requests")
SELECT "batch_id", "organization_id", coalesce(array_agg(DISTINCT "key_id") FILTER (WHERE "key_id" IS NOT NULL), '{}'),
  json_agg(json_build_array("key_id", "tier", "operation", "outcome", "status", "ip", "user_agent", "error") ORDER BY "place")::text,
  json_agg(json_build_array("place", floor(extract(epoch FROM "at") * 1000)::bigint, "duration_microseconds", "request_bytes",
    "response_bytes") ORDER BY "place")::text
FROM (
  SELECT *, row_number() OVER (PARTITION BY "batch_id", "organization_id" ORDER BY "number") - 1 AS "place" FROM (
    SELECT "batch_id", "number", coalesce("organization_id", '') AS "organization_id", "key_id", "tier", "operation", "outcome",
      "status", "ip", "user_agent", "error", "at", "duration_microseconds", "request_bytes", "response_bytes" FROM "usage_records"
  ) r
) placed GROUP BY 1, 2;

-- What was not counted yet is counted as src/domain/usage/usage-batch.ts does it.
ALTER TABLE "usage_batches" ADD COLUMN "counts" JSON;
ALTER TABLE "usage_batches" ALTER COLUMN "counts" SET STORAGE EXTERNAL;
UPDATE "usage_batches" b SET "counts" = c."counts" FROM (
  SELECT s."batch_id", json_agg(to_jsonb(s) - 'batch_id') AS "counts" FROM (
    SELECT "batch_id", "organization_id", "key_id", "tier", "operation", "status", "at", array_agg("bucket") AS "bucket",
      array_agg("requests") AS "requests", array_agg("failed") AS "failed", array_agg("limited") AS "limited",
      array_agg("duration_microseconds") AS "duration_microseconds", array_agg("request_bytes") AS "request_bytes",
      array_agg("response_bytes") AS "response_bytes"
    FROM (
      SELECT "batch_id", coalesce("organization_id", '') AS "organization_id", coalesce("key_id", 'unknown') AS "key_id",
        coalesce("tier", '') AS "tier", "operation", "status", date_trunc('minute', "at", 'UTC') AS "at",
        least(floor(ln(greatest(1, "duration_microseconds" / 64::float8)) / ln(2::float8) * 4)::int, 100) AS "bucket",
        count(*) AS "requests", count(*) FILTER (WHERE "outcome" <> 'OK') AS "failed",
        count(*) FILTER (WHERE "outcome" IN ('RATE_LIMITED', 'QUOTA_EXCEEDED')) AS "limited",
        sum("duration_microseconds") AS "duration_microseconds", sum("request_bytes") AS "request_bytes",
        sum("response_bytes") AS "response_bytes"
      FROM "usage_records" r JOIN "usage_batches" waiting ON waiting."id" = "batch_id" AND waiting."rolled_at" IS NULL
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ) n GROUP BY 1, 2, 3, 4, 5, 6, 7
  ) s GROUP BY 1
) c WHERE b."id" = c."batch_id";

DROP INDEX "usage_batches_waiting";
ALTER TABLE "usage_batches" DROP COLUMN "rolled_at";
CREATE INDEX "usage_batches_waiting" ON "usage_batches"("id") WHERE (counts IS NOT NULL);
DROP TABLE "usage_records";

-- Requests one by one. `chunk_key_ids` says which chunks have nothing of a key without reading them.
CREATE VIEW "usage_records" AS
SELECT c."batch_id", r."number"::int, c."organization_id", k."kind"->>0 AS "key_id", k."kind"->>1 AS "tier",
  to_timestamp((r."e"->>1)::float8 / 1000) AS "at", k."kind"->>2 AS "operation", k."kind"->>3 AS "outcome",
  (k."kind"->>4)::int AS "status", (r."e"->>2)::int AS "duration_microseconds", (r."e"->>3)::int AS "request_bytes",
  (r."e"->>4)::int AS "response_bytes", k."kind"->>5 AS "ip", k."kind"->>6 AS "user_agent", k."kind"->>7 AS "error",
  c."key_ids" AS "chunk_key_ids"
FROM "usage_chunks" c
CROSS JOIN LATERAL jsonb_array_elements(c."requests"::jsonb) WITH ORDINALITY AS r("e", "number")
-- OFFSET 0: parsed once a chunk.
CROSS JOIN LATERAL (SELECT c."kinds"::jsonb AS "kinds" OFFSET 0) s
CROSS JOIN LATERAL (SELECT s."kinds"->(r."e"->>0)::int AS "kind") k;
