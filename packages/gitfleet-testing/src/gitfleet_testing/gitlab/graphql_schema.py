"""The supported part of GitLab's schema. Names, types and arguments are those of the service."""

from __future__ import annotations

__all__ = ["SCHEMA"]

SCHEMA = """
scalar Time

type Query {
  currentUser: CurrentUser
  group(fullPath: ID!): Group
  namespace(fullPath: ID!): Namespace
  project(fullPath: ID!): Project
  projects(after: String, before: String, first: Int, last: Int, fullPaths: [String!], ids: [ID!]): ProjectConnection
}

type CurrentUser { id: ID! name: String! username: String! webUrl: String! }

type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }

type Namespace {
  id: ID! name: String! path: String! fullName: String! fullPath: ID! avatarUrl: String description: String
}

type Group {
  id: ID!
  name: String!
  path: String!
  fullName: String!
  fullPath: ID!
  avatarUrl: String
  description: String
  webUrl: String!
  projects(
    after: String, before: String, first: Int, last: Int, includeSubgroups: Boolean = false
  ): ProjectConnection!
}

type ProjectConnection { count: Int! edges: [ProjectEdge] nodes: [Project] pageInfo: PageInfo! }
type ProjectEdge { cursor: String! node: Project }

type Project {
  id: ID!
  name: String!
  path: String!
  nameWithNamespace: String!
  fullPath: ID!
  archived: Boolean
  avatarUrl: String
  createdAt: Time
  description: String
  forksCount: Int!
  group: Group
  httpUrlToRepo: String
  isForked: Boolean!
  issuesEnabled: Boolean
  languages: [RepositoryLanguage!]
  lastActivityAt: Time
  mergeRequestsEnabled: Boolean
  namespace: Namespace
  openIssuesCount: Int
  repository: Repository
  sshUrlToRepo: String
  starCount: Int!
  topics: [String!]
  updatedAt: Time
  visibility: String
  webUrl: String
  wikiEnabled: Boolean
}

type Repository { empty: Boolean! exists: Boolean! rootRef: String }
type RepositoryLanguage { name: String! share: Float }
"""
