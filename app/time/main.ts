import { run } from "@traced-fargate/service";
import { time } from "./service";

void run(time);
