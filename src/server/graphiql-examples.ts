/**
 * Tabs of GraphiQL. The way of an event is one tab, because every tab has headers of its own and the key is entered
 * once; a second tab watches deliveries live.
 */
export const exampleTabs = [
  {
    query: `# Put your API key behind "Bearer" in the Headers tab
# below, then run these one after the other: the
# button on the right lets you choose.

# 1. Who am I?
query Viewer {
  viewer {
    organization { id name }
    permissions { resource actions }
  }
}

# 2. Register an event type.
mutation RegisterType {
  eventTypeCreate(input: {
    name: "invoice.paid"
    description: "An invoice was paid in full."
    schema: { type: "object", required: ["invoiceId"], properties: { invoiceId: { type: "string" } } }
  }) {
    __typename
    ... on EventTypeCreatePayload { eventType { id name } }
    ... on Error { code message }
  }
}

# 3. Register an endpoint. In development, any server on this machine will do.
mutation RegisterEndpoint {
  webhookEndpointCreate(input: {
    url: "http://127.0.0.1:8080/webhooks"
    eventTypes: ["invoice.*"]
    retryPolicy: { maxAttempts: 3, backoffSeconds: [5, 30] }
  }) {
    __typename
    ... on WebhookEndpointCreatePayload { webhookEndpoint { id url } secret }
    ... on Error { code message }
  }
}

# 4. Publish an event. Start the second tab first to watch what becomes of it.
mutation Publish {
  eventPublish(input: { type: "invoice.paid", data: { invoiceId: "in_42", amount: 1200 } }) {
    __typename
    ... on EventPublishPayload { event { id deliveries { nodes { id status } } } }
    ... on Error { code message }
  }
}

# 5. What became of it?
query Deliveries {
  deliveries(first: 10) {
    nodes {
      id
      status
      explanation
      event { type data }
      attempts { nodes { number statusCode explanation durationMicroseconds } }
    }
  }
}
`,
  },
  {
    query: `# Put your API key into the Headers tab here too,
# start this, and publish from the first tab.

subscription Watch {
  deliveryUpdates {
    delivery {
      status
      attemptCount
      explanation
      event { type }
    }
  }
}
`,
  },
]
