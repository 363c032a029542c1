-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Which files paths have: triggers write program_queue and local_program_queue, and from them jobs fill path_program and local_program.

create or replace function queue_programs() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    insert into program_queue (path_id) select c.id from changed c;
    return null;
end
$$;
create or replace trigger queue_programs after insert on uploaded_path referencing new table as changed
    for each statement execute function queue_programs();

-- One row a statement: the first index of a store writes thousands of paths by each, and their numbers follow each other.
create or replace function queue_local_programs() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    insert into local_program_queue (store_id, first_id, last_id)
    select c.store_id, min(c.id), max(c.id) from changed c group by c.store_id;
    return null;
end
$$;
create or replace trigger queue_programs after insert on local_path referencing new table as changed
    for each statement execute function queue_local_programs();
