-- Checking a foreign key for each row took half the time of making a hundred thousand paths dark. Rows are written under the
-- locks alone that whoever deletes a rule takes as well: see lock_denial and forget_denied_paths.

alter table denied_path drop constraint denied_path_denial_fk;
comment on column denied_path.denial_id is 'The rule, in denial';
