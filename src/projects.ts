/** Subjects -> the projects that they make together: what only all containers of a pod or a compose project tell. */
import type { Project, Subject } from './model/subject.ts'

export const projectsOf = (_subjects: readonly Subject[]): readonly Project[] => []
