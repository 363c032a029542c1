-- What is old enough to be forgotten is found, and what refers to it, by these.

create index uploaded_path_by_publisher on uploaded_path (published_by) where published_by is not null;
create index uploaded_path_by_builder on uploaded_path (built_by) where built_by is not null;
create index removed_path_by_publisher on removed_path (published_by) where published_by is not null;
create index uploaded_document_by_publisher on uploaded_document (published_by) where published_by is not null;
create index token_by_maker on token (created_by) where created_by is not null;
create index retention_run_by_end on retention_run (ended_at);
create index pin_revision_by_end on pin_revision (replaced_at) where replaced_at is not null;
create index removed_path_by_time on removed_path (removed_at);
