"""The supported part of GitHub's schema. Names, types and arguments are those of the service."""

from __future__ import annotations

__all__ = ["SCHEMA"]

SCHEMA = """
scalar DateTime
scalar GitObjectID
scalar URI

enum IssueState { OPEN CLOSED }
enum OrderDirection { ASC DESC }
enum PullRequestState { OPEN CLOSED MERGED }
enum RepositoryOrderField { CREATED_AT UPDATED_AT PUSHED_AT NAME STARGAZERS }
enum RepositoryPrivacy { PUBLIC PRIVATE }
enum RepositoryVisibility { PRIVATE PUBLIC INTERNAL }

input RepositoryOrder { field: RepositoryOrderField! direction: OrderDirection! }
input AddStarInput { starrableId: ID! clientMutationId: String }

type Query {
  organization(login: String!): Organization
  rateLimit(dryRun: Boolean = false): RateLimit
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
  repositoryOwner(login: String!): RepositoryOwner
  user(login: String!): User
  viewer: User!
}

type Mutation {
  addStar(input: AddStarInput!): AddStarPayload
}

type AddStarPayload { clientMutationId: String starrable: Starrable }

type RateLimit { cost: Int! limit: Int! nodeCount: Int! remaining: Int! resetAt: DateTime! used: Int! }

type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }

interface Node { id: ID! }

interface Starrable { id: ID! stargazerCount: Int! }

interface RepositoryOwner {
  id: ID!
  login: String!
  avatarUrl(size: Int): URI!
  url: URI!
  repositories(
    after: String, before: String, first: Int, last: Int,
    isFork: Boolean, orderBy: RepositoryOrder, privacy: RepositoryPrivacy
  ): RepositoryConnection!
}

interface Actor { login: String! avatarUrl(size: Int): URI! url: URI! }

type User implements Node & Actor & RepositoryOwner {
  id: ID!
  databaseId: Int
  login: String!
  name: String
  avatarUrl(size: Int): URI!
  bio: String
  company: String
  createdAt: DateTime!
  email: String!
  location: String
  updatedAt: DateTime!
  url: URI!
  repositories(
    after: String, before: String, first: Int, last: Int,
    isFork: Boolean, orderBy: RepositoryOrder, privacy: RepositoryPrivacy
  ): RepositoryConnection!
}

type Organization implements Node & Actor & RepositoryOwner {
  id: ID!
  databaseId: Int
  login: String!
  name: String
  avatarUrl(size: Int): URI!
  createdAt: DateTime!
  description: String
  email: String
  location: String
  membersWithRole(after: String, before: String, first: Int, last: Int): OrganizationMemberConnection!
  updatedAt: DateTime!
  url: URI!
  repositories(
    after: String, before: String, first: Int, last: Int,
    isFork: Boolean, orderBy: RepositoryOrder, privacy: RepositoryPrivacy
  ): RepositoryConnection!
}

type OrganizationMemberConnection { nodes: [User] pageInfo: PageInfo! totalCount: Int! }

type RepositoryConnection { edges: [RepositoryEdge] nodes: [Repository] pageInfo: PageInfo! totalCount: Int! }
type RepositoryEdge { cursor: String! node: Repository }

type Repository implements Node & Starrable {
  id: ID!
  databaseId: Int
  name: String!
  nameWithOwner: String!
  owner: RepositoryOwner!
  createdAt: DateTime!
  defaultBranchRef: Ref
  description: String
  diskUsage: Int
  forkCount: Int!
  forkingAllowed: Boolean!
  hasDiscussionsEnabled: Boolean!
  hasIssuesEnabled: Boolean!
  hasProjectsEnabled: Boolean!
  hasWikiEnabled: Boolean!
  homepageUrl: URI
  isArchived: Boolean!
  isDisabled: Boolean!
  isEmpty: Boolean!
  isFork: Boolean!
  isPrivate: Boolean!
  isTemplate: Boolean!
  issues(after: String, before: String, first: Int, last: Int, states: [IssueState!]): IssueConnection!
  languages(after: String, before: String, first: Int, last: Int): LanguageConnection
  licenseInfo: License
  parent: Repository
  primaryLanguage: Language
  pullRequests(
    after: String, before: String, first: Int, last: Int, states: [PullRequestState!]
  ): PullRequestConnection!
  pushedAt: DateTime
  refs(after: String, before: String, first: Int, last: Int, refPrefix: String!): RefConnection
  releases(after: String, before: String, first: Int, last: Int): ReleaseConnection!
  repositoryTopics(after: String, before: String, first: Int, last: Int): RepositoryTopicConnection!
  sshUrl: GitSSHRemote!
  stargazerCount: Int!
  updatedAt: DateTime!
  url: URI!
  visibility: RepositoryVisibility!
  watchers(after: String, before: String, first: Int, last: Int): UserConnection!
}

scalar GitSSHRemote

type UserConnection { totalCount: Int! }
type Ref { name: String! prefix: String! target: GitObject }
type RefConnection { nodes: [Ref] pageInfo: PageInfo! totalCount: Int! }
interface GitObject { oid: GitObjectID! }
type Commit implements GitObject {
  oid: GitObjectID!
  committedDate: DateTime!
  history(after: String, before: String, first: Int, last: Int): CommitHistoryConnection!
}
type CommitHistoryConnection { pageInfo: PageInfo! totalCount: Int! }
type License { key: String! name: String! spdxId: String }
type Language { name: String! }
type LanguageConnection {
  edges: [LanguageEdge] nodes: [Language] pageInfo: PageInfo! totalCount: Int! totalSize: Int!
}
type LanguageEdge { cursor: String! node: Language! size: Int! }
type Release { name: String tagName: String! isDraft: Boolean! }
type ReleaseConnection { nodes: [Release] pageInfo: PageInfo! totalCount: Int! }
type Topic { name: String! }
type RepositoryTopic { topic: Topic! }
type RepositoryTopicConnection { nodes: [RepositoryTopic] pageInfo: PageInfo! totalCount: Int! }
type Issue {
  author: Actor createdAt: DateTime! databaseId: Int number: Int! state: IssueState! title: String! url: URI!
}
type IssueConnection { nodes: [Issue] pageInfo: PageInfo! totalCount: Int! }
type PullRequest {
  author: Actor createdAt: DateTime! databaseId: Int number: Int! state: PullRequestState! title: String! url: URI!
}
type PullRequestConnection { nodes: [PullRequest] pageInfo: PageInfo! totalCount: Int! }
"""
