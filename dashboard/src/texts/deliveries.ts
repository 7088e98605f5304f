/** States of a delivery as people read them. */
export const statusTexts: Record<string, string> = {
  PENDING: 'Pending',
  SENDING: 'Sending',
  RETRYING: 'Retrying',
  SUCCEEDED: 'Succeeded',
  DEAD: 'Dead',
  EXPIRED: 'Expired',
  HELD: 'Held',
  CANCELED: 'Canceled',
}

export const deliveryTexts = {
  title: 'Deliveries',
  status: statusTexts,
  columns: {
    status: 'Status',
    event: 'Event',
    endpoint: 'Endpoint',
    attempts: 'Attempts',
    reason: 'Why',
    updated: 'Updated',
  },
  filters: { status: 'Status', type: 'Event type', endpoint: 'Endpoint', all: 'All', clear: 'Clear filters' },
  arrived: (count: number) => `${count.toLocaleString()} new`,
  empty: 'No deliveries yet',
  emptyHint: 'Publish an event that an endpoint wants, and its delivery appears here at once.',
  emptyFiltered: 'No delivery matches these filters',
}
