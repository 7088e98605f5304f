import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { applyMode } from './mode.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/widgets.css'
import './styles/deliveries.css'
import './styles/layout.css'
import './styles/access.css'
import './styles/endpoints.css'

applyMode()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
