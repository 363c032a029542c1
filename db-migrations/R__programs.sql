-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Which files paths have: a trigger writes program_queue, and from it a job fills path_program.

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
