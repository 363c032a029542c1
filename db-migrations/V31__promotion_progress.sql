-- How far a promotion is that a job does: a row of its own, since that of the promotion is held until all is visible.

create table promotion_progress (
    promotion_id bigint      not null,
    done         bigint      not null,
    total        bigint      not null,
    begun_at     timestamptz not null default now(),
    at           timestamptz not null default now(),
    constraint promotion_progress_pk primary key (promotion_id),
    constraint promotion_progress_promotion_fk foreign key (promotion_id) references promotion (id) on delete cascade,
    constraint promotion_progress_counts check (done >= 0 and total >= 0)
);
comment on table promotion_progress is 'How far promotions are that a job does';
comment on column promotion_progress.done is 'Paths whose bytes were stored, or that were judged and written';
comment on column promotion_progress.total is 'Paths of the closure';
comment on column promotion_progress.begun_at is 'When the job began with it';
comment on column promotion_progress.at is 'When done was last written';
