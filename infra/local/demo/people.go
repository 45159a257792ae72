package demo

import "github.com/leasehold-dev/leasehold/infra/local/issuer"

// The organizations of the demo, each with the number of solutions that Ada is assigned to.
const (
	aurora = "Aurora Freight" // 3
	birch  = "Birch & Vale"   // 6
	copper = "Copper Works"   // 22
)

// solutions are the solutions of each organization.
var solutions = map[string][]string{
	aurora: {"Route planner", "Customs desk", "Driver check-in"},
	birch:  {"Stock count", "Supplier portal", "Shelf labels", "Returns", "Store visits", "Price survey"},
	copper: {
		"Shift handover", "Safety walk", "Tool crib", "Weld log", "Spare parts", "Visitor desk", "Gas readings", "Crane booking",
		"Quality hold", "Scrap report", "Line clearance", "Energy meter", "Training matrix", "Permit to work", "Lockout tags",
		"Calibration", "First aid", "Near misses", "Delivery slots", "Yard map", "Maintenance rounds", "Night checks",
	},
}

// ada is the email address of the person whose token the demo prints.
const ada = "ada@example.com"

// People are the demo people on the sign-in page.
var People = []issuer.Person{
	{
		Name:        "Ada Lovelace",
		Email:       ada,
		Description: "Owner of Aurora Freight, Admin of Birch & Vale, Creator in Copper Works",
	},
	{Name: "Grace Hopper", Email: "grace@example.com", Description: "Admin of Aurora Freight, Owner of Birch & Vale"},
	{Name: "Katherine Johnson", Email: "katherine@example.com", Description: "Owner of Copper Works"},
	{Name: "Alan Turing", Email: "alan@example.com", Description: "Creator in Aurora Freight"},
	{Name: "Mary Somerville", Email: "mary@example.com", Description: "User in Aurora Freight, can't sign in to the console"},
	{
		Name:        "Annie Easley",
		Email:       "annie@example.com",
		Description: "Invited to Aurora Freight, has not answered",
	},
	{Name: "Edsger Dijkstra", Email: "edsger@example.com", Description: "Disabled in Aurora Freight"},
	{Name: "Charles Babbage", Email: "charles@example.com", Description: "Has the role Deny in Aurora Freight"},
}

// copperMembers are the names of the other members of Copper Works. There are enough of them for several pages of a list.
var copperMembers = []string{
	"Barbara Liskov", "Carl Gauss", "Dorothy Vaughan", "Emmy Noether", "Frances Allen", "George Boole", "Hedy Lamarr",
	"Ida Rhodes", "John Backus", "Karen Jones", "Leslie Lamport", "Margaret Hamilton", "Niklaus Wirth", "Olga Ladyzhenskaya",
	"Peter Naur", "Radia Perlman", "Sophie Wilson", "Tony Hoare", "Ursula Martin", "Vera Rubin", "Wesley Clark",
	"Xia Peisu", "Yvonne Choquet", "Zhang Heng", "Adele Goldberg", "Betty Holberton", "Claude Shannon", "Donald Michie",
}
