-- A tenant that leaves takes its record along.

alter table tenant
    add column record_exported_at timestamptz,
    add column record_export text,
    add column record_sha256 bytea,
    add constraint tenant_record_exported_whole check ((record_exported_at is null) = (record_export is null)
                                                       and (record_exported_at is null) = (record_sha256 is null)),
    add constraint tenant_record_exported_when_deleted check (record_exported_at is null or deleted_at is not null);
create index tenant_departing on tenant (id) where deleted_at is not null and record_exported_at is null;
comment on column tenant.record_exported_at is 'When the record of the deleted tenant was written into a file; null: not yet';
comment on column tenant.record_export is 'Where that file is';
comment on column tenant.record_sha256 is '32 bytes: SHA-256 of that file';
