-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What the application may do with each table: only what it does. Where it only adds rows it is granted insert and select.
-- Functions are granted next to their definitions. Before this runs, all earlier grants are taken back.
grant usage on schema "${flyway:defaultSchema}", audit to ${app};

grant select, insert, update, delete on job_lease, job_run to ${app};
grant select, insert, delete on change to ${app};
grant select, insert, update, delete on node to ${app};
grant select, insert, update, delete on tenant, cache, virtual_host, token to ${app};
grant select, insert, update on issuer, trust to ${app};
grant select, insert on token_identity to ${app};
grant select, insert, update, delete on used_identity_token to ${app};
grant select, insert, update, delete on console_session, console_session_token to ${app};
grant select, insert, update on signing_key, key_policy, key_signing to ${app};

grant select, insert on nix_store to ${app};
grant select, insert, update, delete on local_path, path_signature, local_signature to ${app};
-- rows that are copied in bring their numbers along, so that their signatures can name them
grant usage on sequence local_path_id_seq to ${app};
grant select, insert, update, delete on blob, staged_nar, upload_signature, uploaded_document, further_file to ${app};
-- remove_uploaded_paths deletes these
grant select, insert, update on uploaded_path to ${app};
grant select, delete on program_queue to ${app};
grant select, insert on path_program, local_program to ${app};
grant select, insert, update, delete on local_program_queue to ${app};
-- the triggers of what was pushed add to the ledger with the rights of whoever pushed
grant select, insert, delete on usage_ledger to ${app};
grant select, insert, update, delete on scrub_finding, scrub_finding_path, scrub_halt to ${app};
grant select, update on incarnation to ${app};
grant select, insert, update, delete on held_file, cache_usage, tenant_usage, quota_grant to ${app};
-- it never updates these rows; locking one needs the right to
grant select, insert, update, delete on doomed_blob to ${app};

grant select on audit_writer, audit_event, audit_seal, audit_chain_start, audit_export, audit_progress to ${app};
-- id, at, tx and login are left out: the database sets them
grant insert (tenant_id, tenant, cache_id, cache, action, outcome, reason, count, token_id, token_note, actor, address,
              request_id, path, key_name, detail) on audit_event to ${app};
grant select, insert on audit_key, audit_head to ${app};
grant select, insert, update on upstream, upstream_day to ${app};
grant select, insert, update, delete on upstream_path, upstream_signature to ${app};
grant select, insert, update, delete on cache_source_path, cache_source_signature to ${app};
grant select, insert, delete on legal_hold to ${app};
grant select, insert, update, delete on named_hold, named_hold_root to ${app};
grant select, insert, update, delete on denial to ${app};
grant select, delete on denied_path to ${app};
grant select, insert, update on promotion to ${app};
grant select, insert on promoted_path, promoted_identity to ${app};
grant select, insert, update on promotion_progress to ${app};
grant select, insert on nar_download to ${app};
grant select, insert, update (hits) on narinfo_hour to ${app};
grant select, insert, update (misses) on narinfo_miss_hour to ${app};
grant select, insert, update (hits, misses) on cache_day to ${app};
grant select, insert, update on audit_chain_check to ${app};
grant select on storage_daily, path_queue to ${app};
grant select, insert, update, delete on cache_retention, pin, pin_revision to ${app};
grant select, insert, update, delete on retention_run, retention_candidate, path_revival, use_watch, use_gap,
    push_session to ${app};
grant select on removed_path, store_path, path_held, path_edge to ${app};
