"""JSON objects of tags and releases."""

from __future__ import annotations

from ...data.hosts import WEB
from ...data.records import Asset, Release, Tag
from ..urls import Json, node_id
from .request_context import RequestContext

__all__ = ["release", "tag"]


def tag(item: Tag, context: RequestContext) -> Json:
    """Return a tag. A list does not contain the message of annotated tags."""
    return {
        "name": item.name,
        "zipball_url": f"{context.url}/zipball/refs/tags/{item.name}",
        "tarball_url": f"{context.url}/tarball/refs/tags/{item.name}",
        "commit": {"sha": item.sha, "url": f"{context.url}/commits/{item.sha}"},
        "node_id": node_id("REF", context.repository.id, item.name),
    }


def release(item: Release, context: RequestContext) -> Json:
    """Return a release with its files."""
    url, web = f"{context.url}/releases/{item.id}", f"{WEB}/{context.repository.full_name}/releases"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{web}/tag/{item.tag}",
        "id": item.id,
        "author": context.short(item.author),
        "node_id": node_id("RE", context.repository.id, item.id),
        "tag_name": item.tag,
        "target_commitish": item.target,
        "name": item.name,
        "draft": item.draft,
        "immutable": False,
        "prerelease": item.prerelease,
        "created_at": item.created_at,
        "updated_at": item.published_at or item.created_at,
        "published_at": item.published_at,
        "assets": [_asset(asset, item, context) for asset in item.assets],
        "tarball_url": None if item.draft else f"{context.url}/tarball/{item.tag}",
        "zipball_url": None if item.draft else f"{context.url}/zipball/{item.tag}",
        "body": item.body,
    }


def _asset(asset: Asset, item: Release, context: RequestContext) -> Json:
    web = f"{WEB}/{context.repository.full_name}/releases/download"
    return {
        "url": f"{context.url}/releases/assets/{asset.id}",
        "id": asset.id,
        "node_id": node_id("RA", context.repository.id, asset.id),
        "name": asset.name,
        "label": "",
        "uploader": context.short(item.author),
        "content_type": asset.content_type,
        "state": "uploaded",
        "size": asset.size,
        "digest": None,
        "download_count": asset.downloads,
        "created_at": item.created_at,
        "updated_at": item.created_at,
        "browser_download_url": f"{web}/{item.tag}/{asset.name}",
    }
