// Links inside the pages open without a reload: the address changes and Streamlit is told of it.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const anchor = event.target.closest && event.target.closest(".hub a[href]");
  if (!anchor || anchor.origin !== location.origin || anchor.hash || anchor.lang || anchor.hasAttribute("download")) return;
  event.preventDefault();
  history.pushState(null, "", anchor.href);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo({ top: 0 });
});
