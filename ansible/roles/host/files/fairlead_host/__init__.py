"""The host program: fixed verbs over JSON lines, run by root on every server that Fairlead manages."""
