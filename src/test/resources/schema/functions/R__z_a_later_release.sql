-- Behind all others: ${migrations}
create or replace function of_a_later_release() returns integer language sql as $$ select 1 $$;
