import type { Answers } from "./answers.ts";
import { isAppFramework } from "./guard/constructors.ts";
import type { GuardPart } from "./plan-guard/guard-part.ts";
import { planApp } from "./plan-guard/plan-app.ts";
import { isNitro, planHandlers } from "./plan-guard/plan-handlers.ts";
import { planNest } from "./plan-guard/plan-nest.ts";
import type { Project } from "./project/project.ts";

/** Plans the guard: its file, and the lines that add it. */
export function planGuard(project: Project, answers: Answers): GuardPart {
  const { framework } = answers;
  if (isAppFramework(framework) && !isNitro(project, answers)) return planApp(project, framework);
  if (framework === "nestjs") return planNest(project);
  return planHandlers(project, answers);
}
