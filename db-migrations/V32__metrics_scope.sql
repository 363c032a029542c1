-- A token may be for the server's numbers alone.

alter table token drop constraint token_scopes_known;
alter table token add constraint token_scopes_known
    check (scopes <@ array['pull', 'push', 'pin', 'delete', 'administer', 'promote', 'gate', 'deny', 'metrics']
           and cardinality(scopes) > 0);
