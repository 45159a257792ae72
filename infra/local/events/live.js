// Adds each new event to the top of the list, and keeps the list as long as the server makes it.
const list = document.getElementById("events");
const element = (name, properties) => Object.assign(document.createElement(name), properties);

new EventSource(list.dataset.stream).addEventListener("message", ({ data, lastEventId }) => {
  const event = JSON.parse(data);
  const summary = element("summary", { className: "row" });
  const details = element("details", {});
  const item = element("li", {});
  summary.append(
    element("strong", { textContent: event["detail-type"] }),
    " ",
    element("time", { className: "small", dateTime: event.time, textContent: event.time }),
  );
  details.append(summary, element("pre", { textContent: JSON.stringify(event.detail, null, 2) }));
  item.append(details);
  list.prepend(item);
  document.getElementById("none").hidden = true;
  document.getElementById("total").textContent = lastEventId;
  while (list.children.length > Number(list.dataset.shown)) list.lastElementChild.remove();
});
