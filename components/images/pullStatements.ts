import type * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";

/** An image in the private registry. */
interface PrivateImage {
  readonly repositoryArn: pulumi.Input<string>;
  /** Set when ECR imports it at its first pull. */
  readonly cachedImage?: unknown;
}

/**
 * What pulling these images takes, for the role that pulls and for the endpoints it pulls through.
 *
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
 */
export function pullStatements(images: readonly PrivateImage[]): PolicyStatement[] {
  const cached = images.filter(({ cachedImage }) => cachedImage !== undefined);
  const statements: PolicyStatement[] = [
    // A token is for the registry, so the action knows no resource.
    { Sid: "LogInToRegistry", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
    {
      Sid: "PullImages",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: images.map(({ repositoryArn }) => repositoryArn),
    },
  ];
  if (cached.length > 0) {
    // The first pull through the cache makes ECR import the image in the name of whoever pulls
    // (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html).
    statements.push({
      Sid: "ImportUpstreamImages",
      Effect: "Allow",
      Action: ["ecr:BatchImportUpstreamImage"],
      Resource: cached.map(({ repositoryArn }) => repositoryArn),
    });
  }
  return statements;
}

/**
 * The endpoints an image pull on Fargate goes through: ECR's API, its registry, and S3 for the layers, which lie in a
 * bucket of AWS (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
 */
export function pullEndpoints(region: string, statements: readonly PolicyStatement[]): EndpointNeed[] {
  return [
    { endpoint: "ecr.api", statements },
    // Docker's registry protocol needs no token from this endpoint: it was fetched from the API.
    { endpoint: "ecr.dkr", statements: statements.filter(({ Sid }) => Sid !== "LogInToRegistry") },
    {
      endpoint: "s3",
      statements: [
        {
          Sid: "ReadImageLayers",
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: [`arn:aws:s3:::prod-${region}-starport-layer-bucket/*`],
        },
      ],
    },
  ];
}
