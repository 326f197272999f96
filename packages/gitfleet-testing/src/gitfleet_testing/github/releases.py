"""Tags and releases as GitHub shows them."""

from __future__ import annotations

from ..records import Asset, Release, Tag
from .addresses import WEB, Json, node_id
from .visit import Visit


def tag(item: Tag, visit: Visit) -> Json:
    """A tag; its message is not in the list, annotated or not."""
    return {
        "name": item.name,
        "zipball_url": f"{visit.url}/zipball/refs/tags/{item.name}",
        "tarball_url": f"{visit.url}/tarball/refs/tags/{item.name}",
        "commit": {"sha": item.sha, "url": f"{visit.url}/commits/{item.sha}"},
        "node_id": node_id("REF", visit.repository.id, item.name),
    }


def release(item: Release, visit: Visit) -> Json:
    """A release with its files."""
    url, web = f"{visit.url}/releases/{item.id}", f"{WEB}/{visit.repository.full_name}/releases"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{web}/tag/{item.tag}",
        "id": item.id,
        "author": visit.short(item.author),
        "node_id": node_id("RE", visit.repository.id, item.id),
        "tag_name": item.tag,
        "target_commitish": item.target,
        "name": item.name,
        "draft": item.draft,
        "immutable": False,
        "prerelease": item.prerelease,
        "created_at": item.created_at,
        "updated_at": item.published_at or item.created_at,
        "published_at": item.published_at,
        "assets": [_asset(asset, item, visit) for asset in item.assets],
        "tarball_url": None if item.draft else f"{visit.url}/tarball/{item.tag}",
        "zipball_url": None if item.draft else f"{visit.url}/zipball/{item.tag}",
        "body": item.body,
    }


def _asset(asset: Asset, item: Release, visit: Visit) -> Json:
    web = f"{WEB}/{visit.repository.full_name}/releases/download"
    return {
        "url": f"{visit.url}/releases/assets/{asset.id}",
        "id": asset.id,
        "node_id": node_id("RA", visit.repository.id, asset.id),
        "name": asset.name,
        "label": "",
        "uploader": visit.short(item.author),
        "content_type": asset.content_type,
        "state": "uploaded",
        "size": asset.size,
        "digest": None,
        "download_count": asset.downloads,
        "created_at": item.created_at,
        "updated_at": item.created_at,
        "browser_download_url": f"{web}/{item.tag}/{asset.name}",
    }
