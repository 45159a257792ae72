package demo

import "github.com/leasehold-dev/leasehold/infra/local/issuer"

// The demo's organizations, and how many solutions Ada is assigned to in each.
const (
	aurora = "Aurora Freight" // 3
	birch  = "Birch & Vale"   // 6
	copper = "Copper Works"   // 22
)

var solutions = map[string][]string{
	aurora: {"Route planner", "Customs desk", "Driver check-in"},
	birch:  {"Stock count", "Supplier portal", "Shelf labels", "Returns", "Store visits", "Price survey"},
	copper: {
		"Shift handover", "Safety walk", "Tool crib", "Weld log", "Spare parts", "Visitor desk", "Gas readings", "Crane booking",
		"Quality hold", "Scrap report", "Line clearance", "Energy meter", "Training matrix", "Permit to work", "Lockout tags",
		"Calibration", "First aid", "Near misses", "Delivery slots", "Yard map", "Maintenance rounds", "Night checks",
	},
}

// ada is the person whom the demo is about.
const ada = "ada@example.com"

// People are offered on the sign-in page.
var People = []issuer.Person{
	{Name: "Ada Lovelace", Email: ada, Blurb: "Owner of Aurora Freight, Admin of Birch & Vale, Creator in Copper Works"},
	{Name: "Grace Hopper", Email: "grace@example.com", Blurb: "Admin of Aurora Freight, Owner of Birch & Vale"},
	{Name: "Katherine Johnson", Email: "katherine@example.com", Blurb: "Owner of Copper Works"},
	{Name: "Alan Turing", Email: "alan@example.com", Blurb: "Creator in Aurora Freight"},
	{Name: "Mary Somerville", Email: "mary@example.com", Blurb: "User in Aurora Freight: does not log in to management"},
	{Name: "Annie Easley", Email: "annie@example.com", Blurb: "Invited to Aurora Freight; signing in accepts"},
	{Name: "Edsger Dijkstra", Email: "edsger@example.com", Blurb: "Disabled in Aurora Freight"},
	{Name: "Charles Babbage", Email: "charles@example.com", Blurb: "Denied in Aurora Freight"},
}

// crew fills the lists of Copper Works.
var crew = []string{
	"Barbara Liskov", "Carl Gauss", "Dorothy Vaughan", "Emmy Noether", "Frances Allen", "George Boole", "Hedy Lamarr",
	"Ida Rhodes", "John Backus", "Karen Jones", "Leslie Lamport", "Margaret Hamilton", "Niklaus Wirth", "Olga Ladyzhenskaya",
	"Peter Naur", "Radia Perlman", "Sophie Wilson", "Tony Hoare", "Ursula Martin", "Vera Rubin", "Wesley Clark",
	"Xia Peisu", "Yvonne Choquet", "Zhang Heng", "Adele Goldberg", "Betty Holberton", "Claude Shannon", "Donald Michie",
}
