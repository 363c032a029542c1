-- A token may be for reading the record alone.

alter table token drop constraint token_scopes_known;
alter table token add constraint token_scopes_known
    check (scopes <@ array['pull', 'push', 'pin', 'delete', 'administer', 'promote', 'gate', 'deny', 'metrics', 'audit']
           and cardinality(scopes) > 0);
