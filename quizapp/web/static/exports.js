// 我的导出: shows how far the files are without reloading the page; without this module the page reloads itself.
const PAUSE = 3000;

async function renew() {
  const here = document.getElementById("exports");
  const reply = await fetch(window.location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (reply && reply.ok && !reply.redirected) {
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = page.getElementById("exports");
    if (fresh) here.replaceWith(document.adoptNode(fresh));
  }
  if (document.querySelector("#exports[data-going]")) setTimeout(renew, PAUSE);
}

setTimeout(renew, PAUSE);
