import { ReplayStatus } from '../src/database/generated/enums.ts'
import { builder } from './builder.ts'

export const JobStatusType = builder.enumType('JobStatus', {
  description: 'State of a replay or bulk action.',
  values: {
    [ReplayStatus.RUNNING]: { description: 'The job goes on, batch by batch.' },
    [ReplayStatus.COMPLETED]: { description: 'The job has reached every event or delivery of its filter.' },
    [ReplayStatus.CANCELED]: { description: 'The job ended before it was complete.' },
  } as const,
})
