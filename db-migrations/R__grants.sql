-- Repeatable, and made anew with every other whenever any migration changes: ${migrations}
-- What the application does with each table, and no more: one that is only appended to is granted insert and select. What it calls
-- is granted beside each function. Before this runs, all that the application had is taken away.
grant usage on schema "${flyway:defaultSchema}", audit to ${app};

grant select, insert, update, delete on job_lease, job_run to ${app};
grant select, insert, delete on change to ${app};
grant select, insert, update, delete on node to ${app};
grant select, insert, update, delete on tenant, cache, virtual_host, token to ${app};
grant select, insert, update on signing_key, key_policy, key_signing to ${app};

grant select, insert on nix_store to ${app};
grant select, insert, update, delete on local_path, path_signature, local_signature to ${app};
grant select, insert, update, delete on blob, staged_nar, uploaded_path, upload_signature, uploaded_document, further_file
    to ${app};
-- update is what locking a row needs
grant select, insert, update, delete on doomed_blob to ${app};

grant select on audit_writer, audit_event, audit_seal, audit_chain_start, audit_export, audit_progress to ${app};
-- not id, at, tx and login: these are not the application's to say
grant insert (tenant_id, tenant, cache_id, cache, action, outcome, reason, count, token_id, token_note, actor, address,
              request_id, path, key_name, detail) on audit_event to ${app};
grant select, insert on audit_key, audit_head to ${app};
grant select, insert, delete on legal_hold to ${app};
grant select, insert on nar_download to ${app};
grant select, insert, update (hits) on narinfo_hour to ${app};
grant select, insert, update (misses) on narinfo_miss_hour to ${app};
grant select on storage_daily, path_queue to ${app};
