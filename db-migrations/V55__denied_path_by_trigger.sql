-- Checking a foreign key for each row took half the time of making a hundred thousand paths dark. Rows are written under the lock
-- denial alone, which whoever deletes a rule waits for as well: see lock_denial and forget_denied_paths.

alter table denied_path drop constraint denied_path_denial_fk;
comment on column denied_path.denial_id is 'The rule, in denial';
