"""Whether services that run keep running: looked at after each call."""

from moto.ecs.models import ecs_backends

from ecs import least_tasks

# How many tasks must run of what has run once, by the family of its task definition: a service may be replaced.
must_run = {}
# A line for each time there were fewer.
interruptions = []


def look_at_services(action):
    now = {}
    for _, _, backend in ecs_backends.iter_backends():
        for service in backend.services.values():
            if service.status == "ACTIVE":
                family = service.task_definition.split("/")[-1].split(":")[0]
                running, least = now.get(family, (0, 0))
                # One that is to run nothing is about to be deleted.
                own = max(1, least_tasks(service)) if service.desired_count else 0
                now[family] = (running + service.running_count, max(least, own))
    for family, had in list(must_run.items()):
        running, least = now.get(family, (0, 0))
        least = min(had, least) or had
        if running < least:
            interruptions.append(f"{family}: {running} of at least {least} tasks run after {action}")
            del must_run[family]
    must_run.update({family: least for family, (running, least) in now.items() if running >= least > 0})


def told():
    """What has not been told yet."""
    lines = list(interruptions)
    interruptions.clear()
    return lines
