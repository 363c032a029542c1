-- Finds events by what was done, where few of a large record are of that kind. Pushes write only the kind that it leaves out.

create index audit_event_by_action on audit_event (action, tenant_id, tx, id) where action <> 'path-published';
