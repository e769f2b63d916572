"""ECR: the pull-through cache, and digests that are those of the manifests."""

import hashlib
import json
import time

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend, Image
from moto.ecr.responses import ECRResponse

from patching import kept, patch

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class EcrError(ServiceException):
    # moto writes an error in the way of the service whose module it is from.
    __module__ = "moto.ecr.exceptions"


def sha256(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


# Stock: made up of the layers, or of nothing.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageIdentifier.html
@patch(Image)
def _create_digest(stock, self):
    self._image_digest = sha256(self.image_manifest)


# Stock: another image under an immutable tag is refused as if it were the same image once more, which is no error.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
@patch(ECRBackend)
def put_image(stock, self, repository_name, image_manifest, image_tag, *args, **kwargs):
    repository = self.repositories.get(repository_name)
    for image in repository.images if repository and repository.is_tag_immutable() else []:
        if image_tag in image.image_tags and image.image_manifest != image_manifest:
            message = f"The image tag '{image_tag}' already exists in the '{repository_name}' repository and cannot be"
            raise EcrError("ImageTagAlreadyExistsException", f"{message} overwritten: its tags are immutable.")
    return stock(repository_name, image_manifest, image_tag, *args, **kwargs)


# Stock: not implemented. Here an image's layers are there as soon as its manifest is.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html
@patch(ECRResponse)
def batch_check_layer_availability(stock, self):
    digests = self._get_param("layerDigests")
    layers = [{"layerDigest": digest, "layerAvailability": "AVAILABLE"} for digest in digests]
    return ActionResult({"layers": layers, "failures": []})


def rules_of(ecr):
    return kept(ecr, "pull_through_cache_rules")


def cache_rule_for(ecr, repository):
    return next((rule for prefix, rule in rules_of(ecr).items() if repository.startswith(f"{prefix}/")), None)


def existing_rule(self):
    prefix = self._get_param("ecrRepositoryPrefix")
    rule = rules_of(self.ecr_backend).get(prefix)
    if rule is None:
        message = f"The Pull Through Cache rule with the prefix '{prefix}' does not exist in the registry"
        raise EcrError("PullThroughCacheRuleNotFoundException", message)
    return rule


# Stock, the four of them: HTTP 500.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
@patch(ECRResponse)
def create_pull_through_cache_rule(stock, self):
    rule = json.loads(self.body)
    prefix, now = rule["ecrRepositoryPrefix"], time.time()
    if prefix in rules_of(self.ecr_backend):
        message = f"A pull through cache rule with the prefix '{prefix}' already exists in the registry"
        raise EcrError("PullThroughCacheRuleAlreadyExistsException", message)
    rules_of(self.ecr_backend)[prefix] = {
        "registryId": self.current_account,
        "createdAt": now,
        "updatedAt": now,
        **rule,
    }
    return ActionResult(rules_of(self.ecr_backend)[prefix])


# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html
@patch(ECRResponse)
def describe_pull_through_cache_rules(stock, self):
    rules = rules_of(self.ecr_backend)
    wanted = self._get_param("ecrRepositoryPrefixes") or list(rules)
    missing = [prefix for prefix in wanted if prefix not in rules]
    if missing:
        message = f"The Pull Through Cache rules with the prefixes {missing} do not exist in the registry"
        raise EcrError("PullThroughCacheRuleNotFoundException", message)
    return ActionResult({"pullThroughCacheRules": [rules[prefix] for prefix in wanted]})


# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UpdatePullThroughCacheRule.html
@patch(ECRResponse)
def update_pull_through_cache_rule(stock, self):
    rule = existing_rule(self)
    rule.update(json.loads(self.body), updatedAt=time.time())
    return ActionResult(rule)


# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeletePullThroughCacheRule.html
@patch(ECRResponse)
def delete_pull_through_cache_rule(stock, self):
    rule = existing_rule(self)
    return ActionResult(rules_of(self.ecr_backend).pop(rule["ecrRepositoryPrefix"]))


def is_there(ecr, repository, tag, digest):
    images = ecr.repositories[repository].images if repository in ecr.repositories else []
    return any(digest == image.get_image_digest() if digest else tag in image.image_tags for image in images)


def import_from_upstream(ecr, repository, tag):
    """What the first pull leaves in the registry: an image for each architecture and their index, in a repository which
    ECR makes where it is missing (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html)."""
    if repository not in ecr.repositories:
        ecr.create_repository(repository, None, None, None, None, [])
    entries = []
    for architecture in ("amd64", "arm64"):
        name = f"{repository}:{tag} {architecture}"
        manifest = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": {"digest": sha256(name), "size": 1000},
            "layers": [{"digest": sha256(f"{name} layer"), "size": 1000}],
        }
        text = json.dumps(manifest)
        ecr.put_image(repository, text, None, IMAGE)
        platform = {"architecture": architecture, "os": "linux"}
        entries.append({"mediaType": IMAGE, "digest": sha256(text), "platform": platform})
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    ecr.put_image(repository, index, tag, INDEX)
