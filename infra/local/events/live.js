// Adds each new event to the top of the list.
const list = document.getElementById("events");
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

new EventSource(list.dataset.stream).addEventListener("message", ({ data }) => {
  const event = JSON.parse(data);
  const time = Object.assign(element("time", event.time), { dateTime: event.time });
  const soft = Object.assign(document.createElement("span"), { className: "soft" });
  const item = Object.assign(document.createElement("li"), { className: "card" });
  soft.append(time);
  item.append(
    element("strong", event["detail-type"]),
    document.createElement("br"),
    soft,
    element("pre", JSON.stringify(event.detail, null, 2)),
  );
  list.prepend(item);
  document.getElementById("none").hidden = true;
});
