"""The words people are invented from: names as common as in a county of the South-East, places, parts of addresses."""

WOMEN = """
    Mary Jennifer Linda Patricia Elizabeth Susan Jessica Sarah Karen Lisa Nancy Ashley Kimberly Emily Donna
    Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Sharon Cynthia Dorothy Amy Kathleen Angela
    Shirley Brenda Emma Anna Pamela Nicole Samantha Katherine Christine Helen Debra Rachel Carolyn Janet Maria
    Catherine Heather Diane Olivia Julie Joyce Victoria Ruth Virginia Lauren Kelly Christina Joan Evelyn Judith
    Andrea Hannah Megan Cheryl Jacqueline Martha Madison Teresa Gloria Sara Janice Ann Kathryn Abigail Sophia
    Frances Jean Alice Judy Isabella Julia Grace Amber Denise Danielle Marilyn Beverly Charlotte Natalie Theresa
    Diana Brittany Keisha Latoya Tamika Ebony Imani Aaliyah Nia Monique
""".split()
MEN = """
    James Robert John Michael David William Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony
    Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan
    Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander
    Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah
    Ethan Jeremy Christian Walter Keith Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse Bryan
    Lawrence Arthur Gabriel Bruce Logan Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Vincent Mason Roy
    Ralph Bobby Russell Bradley Philip Eugene Jamal DeShawn Malik Tyrone Darius
""".split()
MUJERES = """
    María Guadalupe Ana Carmen Rosa Juana Sofía Lucía Elena Isabel Gabriela Patricia Claudia Leticia Margarita
    Yolanda Silvia Verónica Teresa Alejandra Beatriz Daniela Adriana Marisol Esperanza Dolores Mercedes
    Valentina Camila Ximena Josefina Lourdes Paola Karina Rocío Fernanda Carolina Mónica Angélica Luz
""".split()
HOMBRES = """
    José Juan Luis Carlos Jesús Miguel Francisco Antonio Jorge Manuel Pedro Alejandro Rafael Fernando Roberto
    Eduardo Ricardo Javier Sergio Raúl Ramón Enrique Arturo Diego Andrés Víctor Óscar Héctor Martín Alberto
    Mario Santiago Mateo Guillermo Ignacio Salvador Tomás Gustavo Rubén Julio
""".split()
LAST = """
    Smith Johnson Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Thomas Jackson White Harris
    Martin Thompson Robinson Clark Lewis Lee Walker Hall Allen Young King Wright Scott Green Baker Adams Nelson
    Hill Campbell Mitchell Roberts Carter Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy
    Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks
    Bennett Gray James Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler
    Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Wallace Cole West Hayes
    Bryant Gibson Ellis Stevens Ford Marshall Owens Harrison Woods Washington Kennedy Wells Henry Freeman Webb
    Tucker Burns Crawford Olson Porter Hunter Gordon Shaw Snyder Mason Dixon Hunt Hicks Holmes Palmer Wagner
    Black Robertson Boyd Stone Salazar Fox Warren Mills Meyer Rice Schmidt Daniels Ferguson Nichols Stephens
    Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer Hawkins Arnold Pierce Hansen Peters Hart Bradley Knight
    Elliott Cunningham Duncan Armstrong Hudson Carroll Lane Riley Andrews Alston Springs Caldwell McClure
    Hairston Patel Nguyen Tran Kim Shah Singh Chen Pham Okafor Mensah Abebe Khan Ali O'Connor O'Neal McDonald
    McCoy
""".split()
APELLIDOS = """
    García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz
    Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Castillo Jiménez Vásquez Romero Herrera
    Medina Aguilar Vargas Guzmán Méndez Muñoz Salazar Soto Delgado Ríos Peña Contreras Ortega Guerrero Estrada
    Sandoval Domínguez Espinoza Nuñez Alvarado Maldonado Juárez Rojas Santiago Fuentes Acosta Figueroa Cortez
    Carrillo Lara Padilla Campos Cabrera Molina Navarro Valdez Velázquez Cervantes Miranda Orozco Zamora
    Bautista Beltrán Cisneros Trejo Zúñiga Villanueva Tapia Quintero
""".split()
SHORT = {
    "James": "Jim", "Robert": "Bob", "John": "Jack", "Michael": "Mike", "David": "Dave", "William": "Bill",
    "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom", "Charles": "Charlie", "Christopher": "Chris",
    "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony", "Steven": "Steve", "Andrew": "Drew",
    "Joshua": "Josh", "Kenneth": "Ken", "Timothy": "Tim", "Ronald": "Ron", "Edward": "Eddie", "Jeffrey": "Jeff",
    "Nicholas": "Nick", "Jonathan": "Jon", "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg",
    "Alexander": "Alex", "Patrick": "Pat", "Raymond": "Ray", "Gerald": "Jerry", "Lawrence": "Larry",
    "Zachary": "Zach", "Douglas": "Doug", "Jennifer": "Jen", "Patricia": "Trish", "Elizabeth": "Liz",
    "Susan": "Sue", "Jessica": "Jess", "Kimberly": "Kim", "Deborah": "Debbie", "Stephanie": "Steph",
    "Rebecca": "Becky", "Cynthia": "Cindy", "Kathleen": "Kathy", "Pamela": "Pam", "Samantha": "Sam",
    "Katherine": "Kate", "Christine": "Chris", "Catherine": "Cathy", "Victoria": "Vicky", "Virginia": "Ginny",
    "Theresa": "Terry", "Amanda": "Mandy", "Melissa": "Missy", "Jacqueline": "Jackie", "Abigail": "Abby",
    "Francisco": "Paco", "José": "Pepe", "Ignacio": "Nacho", "Guadalupe": "Lupe", "Eduardo": "Lalo",
    "Jesús": "Chuy", "Enrique": "Quique", "Manuel": "Manolo", "Roberto": "Beto", "Dolores": "Lola",
    "Guillermo": "Memo", "Rafael": "Rafa", "Gabriela": "Gaby", "Alejandro": "Alex", "Leticia": "Lety",
    "Salvador": "Chava", "Isabel": "Chabela", "Josefina": "Pepa", "Mercedes": "Meche", "Luis": "Lucho",
    "Philip": "Phil", "Albert": "Al", "Eugene": "Gene", "Russell": "Rusty", "Bradley": "Brad",
    "Margarita": "Mago", "Alejandra": "Ale", "Fernando": "Fer", "Antonio": "Toño", "Carolina": "Caro",
    "Valentina": "Vale",
}  # fmt: skip
ZIPS = [f"282{number:02d}" for number in (*range(2, 18), 26, 27, 44, 62, 69, 70, 73, 77, 78)] + [
    "28031", "28036", "28078", "28105", "28126", "28134", "28054", "28025", "28027", "28110", "28079", "28173",
]  # fmt: skip
STREETS = """
    Main Oak Pine Maple Cedar Elm Park Church Trade Tryon Beatties Providence Sharon Central Monroe Albemarle
    Statesville Graham Davidson Plaza Eastway Kilborne Hickory Rozzelles Tuckaseegee Freedom Wilkinson Remount
    Clanton Nations Arrowood Carmel Rea Johnston Ballantyne Lancaster Mallard Sugar Harris Rocky Old Mountain
    Highland Lakeview Sunset Ridge Valley Forest Meadow Spring Willow Dogwood Magnolia Peach Cherry Walnut
    Chestnut Sycamore Laurel Ivy Holly Jasmine Rose
""".split()
KINDS = ["Street", "Road", "Avenue", "Drive", "Lane", "Court", "Circle", "Boulevard"]
KINDS_SHORT = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Drive": "Dr", "Lane": "Ln", "Boulevard": "Blvd"}
PROVIDERS = ["gmail.com"] * 11 + ["yahoo.com"] * 4 + ["hotmail.com"] * 2 + ["outlook.com", "aol.com", "icloud.com"]
HANDLES = [
    "sunny",
    "blue",
    "panther",
    "queen",
    "cat",
    "runner",
    "tar",
    "heel",
    "music",
    "happy",
    "lucky",
    "star",
    "coach",
    "book",
    "lover",
    "faith",
    "bella",
    "tiger",
    "fan",
]
STARTS = "B Br C Ch Cr D F G Gr H K Kl L M N P Pr R S Sch St T Tr V W Z Ab El Os".split()
VOWELS = "a e i o u ai ea er an or in el".split()
CONSONANTS = "b d g l ll m n nd r rt s ss t v z".split()
ENDS = "er man son ton ski ez ley wood ford ard ini a o en".split()
KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "mb", "r": "et", "s": "ad", "t": "ry", "l": "k", "m": "n"}
