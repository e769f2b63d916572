"""The Resource Groups Tagging API, and what is asked about what it lists."""

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ecr.models import ecr_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.servicediscovery.models import servicediscovery_backends
from moto.xray.models import xray_backends

from patching import kept, patch

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies
EC2_TYPES = {"vpce": "vpc-endpoint", "eipalloc": "elastic-ip", "sgr": "security-group-rule", "fl": "vpc-flow-log"}

LISTED = ["dynamodb", "ec2", "ecs:cluster", "ecs:service", "ecs:task", "ecs:task-definition", "logs"]


# Stock: these types are not listed, or flow logs by another name than AWS's.
# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
@patch(ResourceGroupsTaggingAPIBackend)
def _get_resources_generator(stock, self, tag_filters=None, resource_type_filters=None):
    # Of the services which are used here: moto puts something into every other one that it looks into.
    listed = stock(tag_filters=tag_filters, resource_type_filters=LISTED)
    yield from (one for one in listed if ":flow-logs/" not in one["ResourceARN"])
    for arn, tags in unlisted(self.account_id, self.region_name):
        if all(tags.get(one["Key"]) in one["Values"] for one in tag_filters or []):
            yield {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def unlisted(account, region):
    for id, tags in list(ec2_backends[account][region].tags.items()):
        kind = EC2_TYPES.get(id.split("-")[0])
        if kind:
            yield f"arn:aws:ec2:{region}:{account}:{kind}/{id}", tags
    cloud_map, ecr = servicediscovery_backends[account][region], ecr_backends[account][region]
    things = [*cloud_map.namespaces.values(), *cloud_map.services.values(), *ecr.repositories.values()]
    for thing in things:
        tagger = ecr.tagger if thing in ecr.repositories.values() else cloud_map.tagger
        yield thing.arn, tagger.get_tag_dict_for_resource(thing.arn)
    xray = kept(xray_backends[account][region], "xray")
    for arn in [*xray.get("Group", {}), *xray.get("Rule", {})]:
        yield arn, xray.get("tags", {}).get(arn, {})


# Stock: this filter is not implemented.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html
@patch(VPCEndPoint)
def get_filter_value(stock, self, filter_name, method_name=None):
    return self.id if filter_name == "vpc-endpoint-id" else stock(filter_name, method_name)
