-- Which life of the database this is, so that a restored backup shows beside the stored files of a later time.

create table incarnation (
    one         boolean     not null default true,
    id          uuid        not null default '00000000-0000-0000-0000-000000000000',
    counter     bigint      not null default 0,
    raised_at   timestamptz not null default clock_timestamp(),
    restored_at timestamptz,
    drilled_at  timestamptz,
    constraint incarnation_pk primary key (one),
    constraint incarnation_is_one check (one),
    constraint incarnation_counts check (counter >= 0)
);
comment on table incarnation is
    'One row, whose id and counter stand in a mark beside the stored files too. A mark that is ahead, or of another id, says that the'
    ' database is older than the files';
comment on column incarnation.id is 'Random, from the first count on; of a database that took over stored files, that of their mark';
comment on column incarnation.counter is 'Is raised every hour, first here and then in the mark';
comment on column incarnation.raised_at is 'When it was last raised, by the clock of the database';
comment on column incarnation.restored_at is
    'When it was noticed that the database was restored: nothing is removed until somebody accepts that; null: it is not so';
comment on column incarnation.drilled_at is 'When somebody last said that a restore had been tried; null: never';
insert into incarnation default values;
