-- How fast each key signs what was stored before it.

create table key_signing (
    key_id     bigint           not null,
    per_second double precision not null,
    at         timestamptz      not null default clock_timestamp(),
    constraint key_signing_pk primary key (key_id),
    constraint key_signing_key_fk foreign key (key_id) references signing_key (id),
    constraint key_signing_rate_not_negative check (per_second >= 0)
);
comment on table key_signing is 'The pace of the jobs that sign stored paths; one row a key';
comment on column key_signing.per_second is 'Signatures a second in the last page that had any to make';
comment on column key_signing.at is 'When that page was done';

grant select, insert, update on key_signing to ${app};
