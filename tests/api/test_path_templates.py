"""Path templates: which one a path belongs to, and which ones of a user are learned."""

from __future__ import annotations

import re

import pytest

from gitfleet_api import GitHubClient, GitLabClient
from gitfleet_api.telemetry.templates import PathTemplates
from support.openapi import Description


def _github() -> PathTemplates:
    profile = GitHubClient.profile
    return PathTemplates(profile.path_templates, profile.path_aliases)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/repos/python/cpython", "/repos/{owner}/{repo}"),
        ("/repos/search/code", "/repos/{owner}/{repo}"),
        ("/repos/python/cpython/", "/repos/{owner}/{repo}"),
        ("/repos/issues/issues/issues", "/repos/{owner}/{repo}/issues"),
        ("/repositories/81598961/issues", "/repos/{owner}/{repo}/issues"),
        ("/organizations/1525981/repos", "/orgs/{org}/repos"),
        ("/user", "/user"),
        ("/user/repos", "/user/repos"),
        ("/user/4/repos", "/users/{username}/repos"),
        ("/repos/a/b/contents/docs/deep/CODEOWNERS", "/repos/{owner}/{repo}/contents/{+path}"),
        ("/repos/a/b/contents", "/repos/{owner}/{repo}/contents"),
        ("/repos/a/b/releases/latest", "/repos/{owner}/{repo}/releases/latest"),
        ("/repos/a/b/unknown", None),
        ("/repos/a", None),
        ("/nothing", None),
    ],
)
def test_a_path_of_github_has_its_template(path: str, template: str | None) -> None:
    assert _github().find(path) == template


def test_a_path_of_a_gitlab_project_is_one_segment() -> None:
    templates = PathTemplates(GitLabClient.profile.path_templates)
    assert templates.find("/projects/group%2Fsub%2Fproject/issues") == "/projects/{id}/issues"
    assert templates.find("/groups/7/search") == "/groups/{id}/search"


def test_every_template_belongs_to_itself() -> None:
    for profile in (GitHubClient.profile, GitLabClient.profile):
        templates = PathTemplates(profile.path_templates, profile.path_aliases)
        for template in profile.path_templates:
            path = re.sub(r"\{\+?\w+\}", "x", template)
            assert templates.find(path) == template


@pytest.mark.skipif(not Description.is_there(), reason="GitHub's description is not here (GITFLEET_RECORDED)")
def test_parameters_have_the_names_of_githubs_description() -> None:
    described = Description().templates()
    shapes = {re.sub(r"\{\w+\}", "{}", template): template for template in described}
    ours = {template: re.sub(r"\{\+?\w+\}", "{}", template) for template in GitHubClient.profile.path_templates}
    known = {template: shapes[shape] for template, shape in ours.items() if shape in shapes}
    assert len(known) > 15
    assert {template for template, official in known.items() if template.replace("+", "") != official} == set()


def test_a_template_of_a_user_is_learned() -> None:
    templates = _github()
    templates.learn("/repos/{a}/{b}/traffic/{what}")
    templates.learn("/gists/{gist_id}")
    templates.learn("/repos/{a}/{b}/compare/{base}...{head}")
    assert templates.find("/repos/python/cpython/traffic/views") == "/repos/{a}/{b}/traffic/{what}"
    assert templates.find("/repositories/1/issues") == "/repos/{owner}/{repo}/issues"
    assert templates.find("/gists/1") == "/gists/{gist_id}"
    assert templates.find("/repos/a/b/compare/v1...v2") == "/repos/{a}/{b}/compare/{base}...{head}"


def test_a_template_of_the_provider_goes_before_one_of_a_user() -> None:
    templates = _github()
    templates.learn("/repos/{x}/{y}/issues")
    assert templates.find("/repos/a/b/issues") == "/repos/{owner}/{repo}/issues"


@pytest.mark.parametrize(
    "template",
    [
        "/repos/python/{repo}/traffic",
        "/repos/python/cpython/traffic/{what}",
        "/orgs/python/{what}",
        "/repos/{owner}/{repo}/contents/secret/{file}",
    ],
)
def test_a_template_with_a_name_in_it_is_not_learned(template: str) -> None:
    templates = _github()
    before = templates.find(re.sub(r"\{\w+\}", "x", template))
    templates.learn(template)
    assert templates.find(re.sub(r"\{\w+\}", "x", template)) == before
    assert before != template


def test_a_program_that_writes_ever_new_templates_does_not_fill_the_memory() -> None:
    templates = _github()
    for number in range(3000):
        templates.learn(f"/new/{number}/{{what}}")
    found = [number for number in range(3000) if templates.find(f"/new/{number}/x") is not None]
    assert found == list(range(1000))
