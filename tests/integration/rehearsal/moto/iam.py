"""IAM: what it answers when there is nothing to remove."""

from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend

from patching import patch


# Stock: HTTP 500 when the role is not in the profile.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html
@patch(IAMBackend)
def remove_role_from_instance_profile(stock, self, profile_name, role_name):
    if self.get_role(role_name) not in self.get_instance_profile(profile_name).roles:
        raise NotFoundException(f"Role {role_name} is not in instance profile {profile_name}")
    return stock(profile_name, role_name)
