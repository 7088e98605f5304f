-- CreateIndex
CREATE INDEX "api_keys_not_revoked" ON "api_keys"("organization_id", "id") WHERE (revoked_at IS NULL);

-- CreateIndex
CREATE INDEX "audit_entries_organization_id_actor_id_idx" ON "audit_entries"("organization_id", "actor", "id");

-- CreateIndex
CREATE INDEX "audit_entries_organization_id_action_id_idx" ON "audit_entries"("organization_id", "action", "id");

-- CreateIndex
CREATE INDEX "audit_entries_organization_id_resource_id_idx" ON "audit_entries"("organization_id", "resource", "id");

-- CreateIndex
CREATE INDEX "audit_entries_organization_id_outcome_id_idx" ON "audit_entries"("organization_id", "outcome", "id");

-- CreateIndex
CREATE INDEX "webhook_endpoints_not_deleted" ON "webhook_endpoints"("organization_id", "id") WHERE (deleted_at IS NULL);
