PRAGMA application_id = 1195789650;
PRAGMA user_version = 1;
CREATE TABLE _listed (
    target TEXT COLLATE NOCASE NOT NULL,
    provider TEXT NOT NULL,
    repository_id NOT NULL,
    listed_at TEXT NOT NULL,    -- the last of these listings
    PRIMARY KEY (target, provider, repository_id)
) WITHOUT ROWID;
CREATE TABLE _search (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    repository_id NOT NULL,
    kind TEXT NOT NULL,
    key NOT NULL,
    UNIQUE (provider, repository_id, kind, key)
);
CREATE TABLE _server (
    provider TEXT PRIMARY KEY,  -- as github
    base_url TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
CREATE TABLE _target (
    target TEXT COLLATE NOCASE PRIMARY KEY, -- as github:python
    provider TEXT NOT NULL,
    status TEXT NOT NULL,       -- of the last try to list it
    code TEXT,
    message TEXT,
    repositories INTEGER NOT NULL,
    listed_at TEXT,             -- start of the update that listed it completely for the last time
    principal TEXT              -- who saw that listing
) WITHOUT ROWID;
CREATE TABLE _unit (
    provider TEXT NOT NULL,
    repository_id NOT NULL,     -- of the kind members: login of the owner
    kind TEXT NOT NULL,         -- as branches
    arguments TEXT NOT NULL,    -- canonical JSON; empty without arguments
    status TEXT,                -- of the last try
    code TEXT,
    message TEXT,
    tried_by INTEGER,           -- the update of the last try
    complete_at TEXT,           -- start of the last complete walk
    principal TEXT,             -- who saw that walk
    pages INTEGER,              -- its pages
    mark TEXT,                  -- how far it came
    PRIMARY KEY (provider, repository_id, kind, arguments)
) WITHOUT ROWID;
CREATE TABLE _update (
    number INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,              -- NULL: it was interrupted, or is running
    calls INTEGER NOT NULL,     -- counted calls
    targets TEXT NOT NULL,      -- JSON
    version TEXT NOT NULL       -- release of GitFleet
);
CREATE TABLE "account" (
    "provider" TEXT NOT NULL,
    "id" INTEGER NOT NULL,
    "login" TEXT,
    "type" TEXT,
    "avatar_url" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "id")
);
CREATE TABLE "branch" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "commit_sha" TEXT,
    "protected" INTEGER,
    "committed_at" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "name"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "branch_protection" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "branch" TEXT,
    "protected" INTEGER,
    "sources" TEXT,
    "required_approvals" INTEGER,
    "dismiss_stale_approvals" INTEGER,
    "code_owner_approval" INTEGER,
    "required_checks" TEXT,
    "strict_checks" INTEGER,
    "resolved_conversations" INTEGER,
    "signed_commits" INTEGER,
    "linear_history" INTEGER,
    "includes_administrators" INTEGER,
    "allow_force_push" INTEGER,
    "allow_deletion" INTEGER,
    "push_access" TEXT,
    "merge_access" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "key"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "code_owner" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "pattern" TEXT,
    "owners" TEXT,
    "line" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "section" TEXT,
    "optional" INTEGER,
    "approvals" INTEGER,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "path", "line"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "collaborator" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "login" TEXT,
    "role" TEXT,
    "can_push" INTEGER,
    "can_administer" INTEGER,
    "access_level" INTEGER,
    "expires_at" TEXT,
    "type" TEXT,
    "avatar_url" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "commit" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "sha" TEXT NOT NULL,
    "message" TEXT,
    "author_name" TEXT,
    "author_email" TEXT,
    "authored_at" TEXT,
    "committer_name" TEXT,
    "committer_email" TEXT,
    "committed_at" TEXT,
    "author_id" INTEGER,
    "author_login" TEXT,
    "author_type" TEXT,
    "author_avatar_url" TEXT,
    "author_html_url" TEXT,
    "committer_id" INTEGER,
    "committer_login" TEXT,
    "committer_type" TEXT,
    "committer_avatar_url" TEXT,
    "committer_html_url" TEXT,
    "parents" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "sha"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "contributor" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "contributions" INTEGER,
    "login" TEXT,
    "id" INTEGER,
    "name" TEXT,
    "email" TEXT,
    "type" TEXT,
    "avatar_url" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "key"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "deploy_key" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "title" TEXT,
    "key" TEXT,
    "read_only" INTEGER,
    "fingerprint" TEXT,
    "verified" INTEGER,
    "enabled" INTEGER,
    "added_by" TEXT,
    "created_at" TEXT,
    "last_used_at" TEXT,
    "expires_at" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "environment" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "name" TEXT,
    "protection_rules" TEXT,
    "state" TEXT,
    "tier" TEXT,
    "external_url" TEXT,
    "html_url" TEXT,
    "created_at" TEXT,
    "updated_at" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "issue" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "number" INTEGER,
    "title" TEXT,
    "state" TEXT,
    "body" TEXT,
    "author_id" INTEGER,
    "author_login" TEXT,
    "author_type" TEXT,
    "author_avatar_url" TEXT,
    "author_html_url" TEXT,
    "assignees" TEXT,
    "labels" TEXT,
    "milestone" TEXT,
    "comments" INTEGER,
    "locked" INTEGER,
    "repo" TEXT,
    "is_pull_request" INTEGER,
    "html_url" TEXT,
    "created_at" TEXT,
    "updated_at" TEXT,
    "closed_at" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "language" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "language" TEXT NOT NULL,
    "amount" REAL,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "language"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "member" (
    "provider" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "id" INTEGER NOT NULL,
    "login" TEXT,
    "type" TEXT,
    "avatar_url" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "owner", "id")
);
CREATE TABLE "pull_request" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "number" INTEGER,
    "title" TEXT,
    "state" TEXT,
    "merged" INTEGER,
    "body" TEXT,
    "author_id" INTEGER,
    "author_login" TEXT,
    "author_type" TEXT,
    "author_avatar_url" TEXT,
    "author_html_url" TEXT,
    "assignees" TEXT,
    "reviewers" TEXT,
    "labels" TEXT,
    "milestone" TEXT,
    "draft" INTEGER,
    "locked" INTEGER,
    "head_ref" TEXT,
    "head_sha" TEXT,
    "head_repo_id" INTEGER,
    "head_repo_full_name" TEXT,
    "base_ref" TEXT,
    "base_sha" TEXT,
    "base_repo_id" INTEGER,
    "base_repo_full_name" TEXT,
    "merge_commit_sha" TEXT,
    "html_url" TEXT,
    "created_at" TEXT,
    "updated_at" TEXT,
    "closed_at" TEXT,
    "merged_at" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "release" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "tag_name" TEXT,
    "id" INTEGER,
    "name" TEXT,
    "body" TEXT,
    "draft" INTEGER,
    "prerelease" INTEGER,
    "target" TEXT,
    "author_id" INTEGER,
    "author_login" TEXT,
    "author_type" TEXT,
    "author_avatar_url" TEXT,
    "author_html_url" TEXT,
    "assets" TEXT,
    "html_url" TEXT,
    "created_at" TEXT,
    "published_at" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "key"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "repository" (
    "provider" TEXT NOT NULL,
    "id" INTEGER NOT NULL,
    "name" TEXT,
    "full_name" TEXT,
    "owner_id" INTEGER,
    "owner_login" TEXT,
    "owner_type" TEXT,
    "owner_avatar_url" TEXT,
    "owner_html_url" TEXT,
    "description" TEXT,
    "html_url" TEXT,
    "clone_url" TEXT,
    "ssh_url" TEXT,
    "default_branch" TEXT,
    "language" TEXT,
    "private" INTEGER,
    "visibility" TEXT,
    "fork" INTEGER,
    "archived" INTEGER,
    "stargazers_count" INTEGER,
    "watchers_count" INTEGER,
    "forks_count" INTEGER,
    "open_issues_count" INTEGER,
    "size" INTEGER,
    "topics" TEXT,
    "created_at" TEXT,
    "updated_at" TEXT,
    "pushed_at" TEXT,
    "homepage" TEXT,
    "license" TEXT,
    "disabled" INTEGER,
    "is_template" INTEGER,
    "allow_forking" INTEGER,
    "has_issues" INTEGER,
    "has_wiki" INTEGER,
    "has_projects" INTEGER,
    "has_discussions" INTEGER,
    "subscribers_count" INTEGER,
    "parent" TEXT,
    "source" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "id")
);
CREATE TABLE repository_name (
    provider TEXT NOT NULL,
    repository_id INTEGER NOT NULL,
    full_name TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (provider, repository_id, first_seen, full_name),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "tag" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "commit_sha" TEXT,
    "message" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "name"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "team" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "name" TEXT,
    "slug" TEXT,
    "role" TEXT,
    "access_level" INTEGER,
    "expires_at" TEXT,
    "description" TEXT,
    "privacy" TEXT,
    "parent" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "topic" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "name"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "workflow_run" (
    "provider" TEXT NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "id" INTEGER NOT NULL,
    "number" INTEGER,
    "name" TEXT,
    "status" TEXT,
    "conclusion" TEXT,
    "event" TEXT,
    "branch" TEXT,
    "commit_sha" TEXT,
    "title" TEXT,
    "workflow_id" INTEGER,
    "workflow_path" TEXT,
    "attempt" INTEGER,
    "actor_id" INTEGER,
    "actor_login" TEXT,
    "actor_type" TEXT,
    "actor_avatar_url" TEXT,
    "actor_html_url" TEXT,
    "created_at" TEXT,
    "started_at" TEXT,
    "updated_at" TEXT,
    "html_url" TEXT,
    "first_seen" TEXT NOT NULL,
    "last_seen" TEXT NOT NULL,
    "deleted_at" TEXT,
    PRIMARY KEY ("provider", "repository_id", "id"),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE VIRTUAL TABLE search USING fts5 (
    provider UNINDEXED, repository_id UNINDEXED, kind UNINDEXED, key UNINDEXED, title, body, deleted_at UNINDEXED,
    content = '_search_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE INDEX "account_login" ON "account" ("login");
CREATE INDEX "branch_commit_sha" ON "branch" ("commit_sha");
CREATE INDEX "commit_author_login" ON "commit" ("author_login");
CREATE INDEX "commit_committed_at" ON "commit" ("committed_at");
CREATE INDEX "issue_created_at" ON "issue" ("created_at");
CREATE INDEX "issue_number" ON "issue" (provider, repository_id, number);
CREATE INDEX "issue_state" ON "issue" ("state");
CREATE INDEX "issue_updated_at" ON "issue" ("updated_at");
CREATE INDEX "pull_request_created_at" ON "pull_request" ("created_at");
CREATE INDEX "pull_request_number" ON "pull_request" (provider, repository_id, number);
CREATE INDEX "pull_request_state" ON "pull_request" ("state");
CREATE INDEX "pull_request_updated_at" ON "pull_request" ("updated_at");
CREATE INDEX "release_published_at" ON "release" ("published_at");
CREATE INDEX "repository_full_name" ON "repository" ("full_name");
CREATE INDEX repository_name_full_name ON repository_name (full_name);
CREATE INDEX "repository_pushed_at" ON "repository" ("pushed_at");
CREATE INDEX "topic_name" ON "topic" ("name");
CREATE INDEX "workflow_run_created_at" ON "workflow_run" ("created_at");
CREATE INDEX "workflow_run_number" ON "workflow_run" (provider, repository_id, number);
CREATE VIEW _search_text AS
SELECT s.id, s.provider, s.repository_id, s.kind, s.key, t.full_name AS title, t.description AS body, t.deleted_at FROM _search AS s JOIN "repository" AS t ON t.provider = s.provider AND t.id = s.repository_id AND t.id = s.key WHERE s.kind = 'repository'
UNION ALL SELECT s.id, s.provider, s.repository_id, s.kind, s.key, t.title AS title, t.body AS body, t.deleted_at FROM _search AS s JOIN "issue" AS t ON t.provider = s.provider AND t.repository_id = s.repository_id AND t.id = s.key WHERE s.kind = 'issue'
UNION ALL SELECT s.id, s.provider, s.repository_id, s.kind, s.key, t.title AS title, t.body AS body, t.deleted_at FROM _search AS s JOIN "pull_request" AS t ON t.provider = s.provider AND t.repository_id = s.repository_id AND t.id = s.key WHERE s.kind = 'pull_request'
UNION ALL SELECT s.id, s.provider, s.repository_id, s.kind, s.key, t.name AS title, t.body AS body, t.deleted_at FROM _search AS s JOIN "release" AS t ON t.provider = s.provider AND t.repository_id = s.repository_id AND t.key = s.key WHERE s.kind = 'release'
UNION ALL SELECT s.id, s.provider, s.repository_id, s.kind, s.key, substr(t.message, 1, instr(t.message || char(10), char(10)) - 1) AS title, substr(t.message, instr(t.message || char(10), char(10)) + 1) AS body, t.deleted_at FROM _search AS s JOIN "commit" AS t ON t.provider = s.provider AND t.repository_id = s.repository_id AND t.sha = s.key WHERE s.kind = 'commit';
CREATE VIEW activity_by_month AS
SELECT m.provider, r.full_name AS repository, m.month, sum(m.commits) AS commits, sum(m.issues_opened) AS issues_opened, sum(m.issues_closed) AS issues_closed, sum(m.pull_requests_opened) AS pull_requests_opened, sum(m.pull_requests_merged) AS pull_requests_merged, sum(m.releases) AS releases, m.repository_id
FROM (
    SELECT provider, repository_id, substr(committed_at, 1, 7) AS month, count(1) AS commits, 0 AS issues_opened, 0 AS issues_closed, 0 AS pull_requests_opened, 0 AS pull_requests_merged, 0 AS releases FROM "commit" WHERE committed_at IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
    UNION ALL SELECT provider, repository_id, substr(created_at, 1, 7) AS month, 0 AS commits, count(1) AS issues_opened, 0 AS issues_closed, 0 AS pull_requests_opened, 0 AS pull_requests_merged, 0 AS releases FROM issue WHERE created_at IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
    UNION ALL SELECT provider, repository_id, substr(closed_at, 1, 7) AS month, 0 AS commits, 0 AS issues_opened, count(1) AS issues_closed, 0 AS pull_requests_opened, 0 AS pull_requests_merged, 0 AS releases FROM issue WHERE closed_at IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
    UNION ALL SELECT provider, repository_id, substr(created_at, 1, 7) AS month, 0 AS commits, 0 AS issues_opened, 0 AS issues_closed, count(1) AS pull_requests_opened, 0 AS pull_requests_merged, 0 AS releases FROM pull_request WHERE created_at IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
    UNION ALL SELECT provider, repository_id, substr(merged_at, 1, 7) AS month, 0 AS commits, 0 AS issues_opened, 0 AS issues_closed, 0 AS pull_requests_opened, count(1) AS pull_requests_merged, 0 AS releases FROM pull_request WHERE merged_at IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
    UNION ALL SELECT provider, repository_id, substr(published_at, 1, 7) AS month, 0 AS commits, 0 AS issues_opened, 0 AS issues_closed, 0 AS pull_requests_opened, 0 AS pull_requests_merged, count(1) AS releases FROM release WHERE published_at IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
) AS m JOIN repository AS r ON r.provider = m.provider AND r.id = m.repository_id AND r.deleted_at IS NULL
GROUP BY m.provider, m.repository_id, m.month;
CREATE VIEW branches_without_date AS
SELECT provider, repository, name, protected, is_default, commit_sha, repository_id
FROM (SELECT b.provider, r.full_name AS repository, b.name, b.commit_sha, b.protected,
    b.name = r.default_branch AS is_default, coalesce(b.committed_at, c.committed_at) AS committed_at,
    r.archived, b.repository_id
FROM branch AS b JOIN repository AS r ON r.provider = b.provider AND r.id = b.repository_id AND r.deleted_at IS NULL
LEFT JOIN "commit" AS c ON c.provider = b.provider AND c.repository_id = b.repository_id AND c.sha = b.commit_sha
WHERE b.deleted_at IS NULL)
WHERE committed_at IS NULL;
CREATE VIEW bus_factor AS
SELECT s.provider, r.full_name AS repository, count(1) FILTER (WHERE s.larger * 2 < s.total) AS bus_factor,
    count(1) AS contributors, max(s.contributions) AS largest, s.total AS contributions, s.repository_id
FROM (
    SELECT provider, repository_id, contributions, sum(contributions) OVER (
        PARTITION BY provider, repository_id ORDER BY contributions DESC, key
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - contributions AS larger, sum(contributions) OVER (PARTITION BY provider, repository_id) AS total
    FROM contributor
    WHERE deleted_at IS NULL AND contributions > 0
        AND coalesce(type, '') <> 'Bot' AND substr(coalesce(login, ''), -5) <> '[bot]'
) AS s JOIN repository AS r ON r.provider = s.provider AND r.id = s.repository_id AND r.deleted_at IS NULL
GROUP BY s.provider, s.repository_id;
CREATE VIEW commits AS
SELECT * FROM "commit" WHERE deleted_at IS NULL;
CREATE VIEW open_issues AS
SELECT i.provider, r.full_name AS repository, i.number, i.title, i.author_login, i.labels, i.milestone, i.comments,
    i.created_at, i.updated_at, CAST(julianday('now') - julianday(i.created_at) AS INTEGER) AS age_days, i.html_url, i.repository_id, i.id
FROM issue AS i JOIN repository AS r ON r.provider = i.provider AND r.id = i.repository_id AND r.deleted_at IS NULL
WHERE i.state = 'open' AND i.deleted_at IS NULL;
CREATE VIEW open_pull_requests AS
SELECT p.provider, r.full_name AS repository, p.number, p.title, p.author_login, p.draft, p.labels, p.created_at,
    p.updated_at, CAST(julianday('now') - julianday(p.created_at) AS INTEGER) AS age_days,
    CAST(julianday('now') - julianday(p.updated_at) AS INTEGER) AS idle_days, p.html_url, p.repository_id, p.id
FROM pull_request AS p JOIN repository AS r ON r.provider = p.provider AND r.id = p.repository_id AND r.deleted_at IS NULL
WHERE p.state = 'open' AND p.deleted_at IS NULL;
CREATE VIEW problems AS
SELECT t.provider, t.target AS repository, 'repositories' AS kind, t.status, t.code, t.message, NULL AS repository_id
FROM _target AS t WHERE t.status IN ('blocked', 'failed', 'forbidden', 'gone', 'unsupported')
UNION ALL
SELECT u.provider, coalesce(r.full_name, u.repository_id), u.kind, u.status, u.code, u.message, u.repository_id
FROM _unit AS u LEFT JOIN repository AS r ON r.provider = u.provider AND r.id = u.repository_id
WHERE u.status IN ('blocked', 'failed', 'forbidden', 'gone', 'unsupported') AND r.deleted_at IS NULL;
CREATE VIEW stale_branches AS
SELECT provider, repository, name, committed_at, CAST(julianday('now') - julianday(committed_at) AS INTEGER) AS age_days, protected, commit_sha,
    repository_id
FROM (SELECT b.provider, r.full_name AS repository, b.name, b.commit_sha, b.protected,
    b.name = r.default_branch AS is_default, coalesce(b.committed_at, c.committed_at) AS committed_at,
    r.archived, b.repository_id
FROM branch AS b JOIN repository AS r ON r.provider = b.provider AND r.id = b.repository_id AND r.deleted_at IS NULL
LEFT JOIN "commit" AS c ON c.provider = b.provider AND c.repository_id = b.repository_id AND c.sha = b.commit_sha
WHERE b.deleted_at IS NULL)
WHERE NOT coalesce(is_default, 0) AND NOT coalesce(archived, 0)
    AND committed_at < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days');
