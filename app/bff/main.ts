import { run } from "@traced-fargate/service";
import { bff } from "./service";

void run(bff);
