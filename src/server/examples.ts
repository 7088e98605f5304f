/** What GraphiQL opens with: the way of an event, one operation a tab. */
export const exampleTabs = [
  {
    query: `# 1. Put your API key behind "Bearer" in the
#    Headers tab below. Who am I?
query Viewer {
  viewer {
    organization { id name }
    permissions
  }
}
`,
  },
  {
    query: `# 2. Register an event type.
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
`,
  },
  {
    query: `# 3. Register an endpoint. In development, any server on this machine will do.
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
`,
  },
  {
    query: `# 4. Watch deliveries live. Start this, then publish in the next tab.
subscription Watch {
  deliveryUpdates {
    delivery { id status attemptCount explanation event { type } endpoint { url } }
  }
}
`,
  },
  {
    query: `# 5. Publish an event.
mutation Publish {
  eventPublish(input: { type: "invoice.paid", data: { invoiceId: "in_42", amount: 1200 } }) {
    __typename
    ... on EventPublishPayload { event { id deliveries { nodes { id status } } } }
    ... on Error { code message }
  }
}
`,
  },
  {
    query: `# 6. What became of it?
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
]
