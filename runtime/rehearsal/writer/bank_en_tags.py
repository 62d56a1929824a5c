"""English tags: broad themes with narrower tags of their own, and facets that narrow any tag."""

TEXT = r"""
[themes]
* Food and Cooking: Baking; Knife Skills; Fermented Foods; Soups and Stews; Spices and Seasoning; Vegetarian Meals;
  Street Food; Kitchen Budgeting; Sauces; Grilling
* Health and Wellbeing: Sleep Habits; Stress Relief; Healthy Ageing; Preventive Care; Back Pain; Hydration;
  Allergies; Eye Care; Breathing Exercises
* Physical Fitness: Strength Training; Distance Running; Yoga; Swimming; Home Workouts; Stretching;
  Indoor Climbing; Injury Recovery
* Personal Finance: Household Budgets; Emergency Savings; Retirement Planning; Debt Repayment; Tax Returns;
  Insurance Choices; Index Funds; Family Allowances
* Travel: Train Journeys; Backpacking; City Breaks; Travel Insurance; Packing Light; Solo Travel; Family Road Trips;
  Travel Photography
* Gardening: Vegetable Beds; Composting; Houseplants; Garden Design; Pruning; Balcony Gardens; Pollinator Plants;
  Lawn Care; Seed Saving
* Music: Piano Practice; Songwriting; Choral Singing; Music Theory; Home Recording; Jazz Improvisation; Folk Tunes;
  Concert Going
* Visual Art: Watercolour Painting; Life Drawing; Colour Theory; Printmaking; Sculpture; Mural Painting;
  Art Criticism; Sketchbooks
* Film and Television: Screenwriting; Documentary Film; Film Editing; Animation; Silent Cinema; Television Drama;
  Film Scores; Short Films
* Literature: Short Stories; Historical Novels; Poetry Reading; Literary Criticism; Memoirs; Book Clubs;
  Translation of Novels; Travel Writing
* Creative Writing: Character Building; Dialogue Writing; Plot Structure; Flash Fiction; Editing Drafts;
  World Building; Writing Routines; Writing for Children
* Photography: Portrait Photography; Night Photography; Photo Editing; Street Photography; Camera Lenses;
  Wildlife Photography; Film Cameras; Studio Lighting
* Home Improvement: Interior Painting; Basic Plumbing; Tiling; Home Insulation; Furniture Repair; Wiring Safety;
  Storage Ideas; Wooden Floors
* Crafts and Making: Knitting; Pottery; Woodworking; Bookbinding; Sewing; Candle Making; Leatherwork; Model Building
* Parenting: Toddler Sleep; Screen Time; Picky Eating; Homework Help; Sibling Rivalry; Potty Training;
  Family Routines; Teenage Independence
* Education: Classroom Management; Lesson Planning; Exam Preparation; Distance Learning; Adult Literacy;
  Inclusive Teaching; School Libraries; Study Skills
* Language Learning: Vocabulary Building; Pronunciation; Grammar Drills; Conversation Practice; Reading Fluency;
  Listening Skills; Language Exchanges; Immersion Trips
* Psychology: Memory; Motivation; Habit Formation; Decision Making; Emotional Regulation; Group Behaviour;
  Child Development; Attention
* Philosophy: Ethics; Logic; Freedom of Choice; Philosophy of Science; Political Philosophy; Stoicism; Aesthetics;
  Theories of Knowledge
* History: Ancient Trade Routes; Medieval Towns; Industrial Revolution; Oral History; Maritime History;
  Historical Archives; Everyday Life in the Past; Local History
* Geography: Map Reading; River Systems; Urban Geography; Mountain Landscapes; Population Change; Coastal Erosion;
  Place Names; Deserts
* Economics: Inflation; Labour Markets; Behavioural Economics; International Trade; Public Spending; Game Theory;
  Housing Markets; Economic Inequality
* Business Management: Small Shops; Team Meetings; Project Planning; Supply Chains; Business Plans; Family Firms;
  Quality Control; Remote Teams
* Marketing: Brand Stories; Email Campaigns; Market Research; Social Media Posts; Customer Loyalty; Pricing;
  Product Launches; Local Advertising
* Careers: Job Interviews; Career Changes; Salary Negotiation; Internships; Freelancing; Mentoring;
  Performance Reviews; Professional Networks
* Law and Justice: Tenancy Agreements; Consumer Rights; Contract Basics; Jury Service; Copyright; Family Law;
  Small Claims; Legal Aid
* Politics and Government: Local Councils; Voting Systems; Public Consultation; Federalism; Lobbying;
  Political Debates; Civil Service; Constitutions
* Technology: Smart Homes; Wearable Devices; Data Backup; 3D Printing; Home Networks; Digital Privacy;
  Electric Bikes; Assistive Technology
* Programming: Debugging; Version Control; Unit Testing; Algorithms; Web Development; Code Review;
  Command Line Tools; Error Handling
* Data Analysis: Spreadsheets; Survey Design; Data Cleaning; Charts and Graphs; Forecasting; Sampling;
  Dashboards; Missing Values
* Artificial Intelligence: Machine Translation; Image Recognition; Chat Assistants; Model Evaluation; Training Data;
  Recommendation Systems; Speech Recognition; Responsible Automation
* Cybersecurity: Password Managers; Phishing; Network Firewalls; Incident Response; Encryption; Access Control;
  Security Training; Safe Browsing
* Mathematics: Probability; Geometry; Linear Algebra; Number Puzzles; Calculus; Mental Arithmetic; Graph Theory;
  Mathematical Proofs
* Statistics: Averages; Hypothesis Tests; Regression; Confidence Intervals; Experimental Design; Time Series;
  Opinion Polls; Random Variation
* Physics: Motion and Forces; Optics; Thermodynamics; Sound Waves; Electric Circuits; Relativity; Magnetism;
  Fluid Flow
* Chemistry: Acids and Bases; Chemical Bonds; Kitchen Chemistry; Polymers; Reaction Rates; Laboratory Safety;
  Water Testing; Batteries
* Biology: Cell Structure; Genetics; Evolution; Plant Biology; Microbes; Animal Behaviour; Human Anatomy;
  Marine Life
* Astronomy: Stargazing; Telescopes; Solar System; Star Formation; Eclipses; Meteor Showers; Moon Phases; Exoplanets
* Earth Science: Volcanoes; Earthquakes; Rocks and Minerals; Soil Science; Glaciers; Ocean Currents; Fossils;
  Groundwater
* Weather and Climate: Cloud Types; Storm Forecasts; Climate Adaptation; Drought; Heat Waves; Weather Stations;
  Rainfall Records; Seasonal Change
* Environment: Recycling; Wetland Restoration; Air Quality; Green Roofs; Urban Trees; Plastic Waste; Nature Reserves;
  Noise Pollution
* Energy: Solar Panels; Heat Pumps; Wind Farms; Home Energy Audits; Energy Storage; District Heating; Power Grids;
  Energy Bills
* Engineering: Bridges; Materials Testing; Control Systems; Prototyping; Technical Drawing; Structural Failures;
  Water Supply; Machine Maintenance
* Architecture: Small Houses; Public Spaces; Building Conservation; Natural Light; Timber Frames; Accessible Design;
  Housing Estates; Site Planning
* Transport: Cycling Routes; Bus Timetables; Road Safety; Freight; Ferry Services; Parking; Electric Cars;
  Railway Stations
* Agriculture: Crop Rotation; Dairy Farming; Irrigation; Orchards; Beekeeping; Farm Machinery; Organic Certification;
  Soil Health
* Animals and Pets: Dog Training; Cat Behaviour; Aquariums; Bird Watching; Rescue Animals; Horse Care; Small Pets;
  Veterinary Visits
* Sports: Football Tactics; Tennis Technique; Table Tennis; Team Coaching; Sports Nutrition; Basketball; Rowing;
  Refereeing
* Games and Puzzles: Chess; Board Games; Crosswords; Card Games; Logic Puzzles; Game Design; Role Games; Quiz Nights
* Outdoor Recreation: Hiking; Camping; Kayaking; Foraging; Trail Navigation; Winter Walking; Fishing; Campfire Cooking
* Fashion and Style: Capsule Wardrobes; Clothing Repair; Textile Fibres; Formal Wear; Second-Hand Clothes;
  Shoe Care; Jewellery; Colour Matching
* Relationships: Friendship; Conflict Resolution; Long-Distance Couples; Neighbours; Active Listening;
  Family Gatherings; Apologies; Setting Boundaries
* Communication: Public Speaking; Email Etiquette; Presentations; Small Talk; Report Writing; Telephone Skills;
  Giving Feedback; Storytelling
* Media and Journalism: News Reporting; Interview Technique; Fact Checking; Podcasts; Local Newspapers; Headlines;
  Radio; Photo Essays
* Religion and Belief: Pilgrimage; Sacred Music; Religious Festivals; Monastic Life; Interfaith Dialogue;
  Prayer and Meditation; Myths and Legends; Religious Art
* Culture and Society: Folk Festivals; Museums; Oral Traditions; Public Libraries; Generational Change;
  Tea Culture; Wedding Customs; Cultural Exchange
* Sociology: Social Networks; Migration; Urban Communities; Social Class; Family Structures; Social Surveys;
  Youth Culture; Work and Leisure
* Anthropology: Field Notes; Kinship; Gift Exchange; Rituals; Material Culture; Food Customs; Oral Languages;
  Human Origins
* Linguistics: Dialects; Word Origins; Sentence Structure; Speech Sounds; Writing Systems; Sign Languages;
  Child Language; Slang
* Medicine: Vaccination; First Aid; Clinical Trials; Patient Records; Rehabilitation; Medical Imaging;
  Chronic Illness; Pharmacy
* Nursing and Care: Elder Care; Home Visits; Wound Care; Patient Communication; Shift Work; Dementia Care;
  Palliative Care; Care Plans
* Nutrition: Dietary Fibre; Protein Sources; Meal Planning; Food Labels; Vitamins; School Lunches; Sugar Intake;
  Plant-Based Diets
* Public Safety: Fire Prevention; Flood Warnings; Emergency Kits; Crowd Safety; Rescue Teams; Water Safety;
  Evacuation Plans; Neighbourhood Watch
* Volunteering and Charity: Fundraising; Food Banks; Volunteer Rotas; Community Kitchens; Charity Shops;
  Grant Applications; Youth Clubs; Donor Letters
* Event Planning: Birthday Parties; Conferences; Village Fairs; Wedding Receptions; Event Budgets; Guest Lists;
  Stage Lighting; Catering
* Theatre and Dance: Stage Acting; Ballet; Community Theatre; Costume Design; Playwriting; Folk Dance; Puppetry;
  Rehearsal Schedules
* Design: Typography; Poster Design; User Interfaces; Packaging; Icon Sets; Product Design; Wayfinding Signs;
  Design Systems
* Time and Productivity: Task Lists; Weekly Planning; Deep Work; Meeting Notes; Procrastination; Calendars;
  Delegation; Digital Decluttering
* Shopping and Consumers: Price Comparison; Online Reviews; Warranties; Second-Hand Markets; Grocery Shopping;
  Returns and Refunds; Bulk Buying; Gift Ideas
* Housing: Renting; Shared Flats; House Moves; Mortgages; Home Safety; Moving Boxes; Housing Cooperatives;
  Noise at Home
* Space Exploration: Satellites; Mars Rovers; Space Stations; Rocket Launches; Space Suits; Lunar Bases;
  Space Debris; Mission Control
* Science Communication: Science Fairs; Popular Science Books; Lab Demonstrations; Science Museums; Infographics;
  Citizen Science; Science Podcasts; Public Lectures
* Oceans and Rivers: Tide Pools; Coral Reefs; Fishing Communities; Lighthouses; River Cleaning; Sailing; Whales;
  Estuaries

[root_facets]
* Economics of {x} => {x} Economics
* {x} in Everyday Life => Everyday {x}
* {x} and Society => {x} and Society
* {x} for Young People => {x} for the Young
* The Future of {x} => Future {x}

[facets]
* History of {x} => {x} History
* {x} for Beginners => Beginner {x}
* {x} Tools and Equipment => {x} Equipment
* Common Mistakes in {x} => {x} Mistakes
* {x} on a Budget => Low-Cost {x}
* Teaching {x} => {x} Teaching
* Safety in {x} => {x} Safety
* {x} Vocabulary => {x} Vocabulary
* {x} Around the World => Global {x}
* {x} Science => {x} Science
* {x} for Children => {x} for Children
* {x} in Small Groups => Small-Group {x}
* Planning {x} => {x} Planning
* {x} Troubleshooting => {x} Troubleshooting
* {x} Myths => {x} Myths
* Advanced {x} => Advanced {x}
* {x} Case Studies => {x} Cases
* Ethics of {x} => {x} Ethics
* Costs of {x} => {x} Costs
* {x} Records and Notes => {x} Records
* {x} Traditions => {x} Traditions
* {x} in Literature => Literary {x}
* Measuring {x} => {x} Measurement
* {x} Quality Standards => {x} Standards
* {x} Terminology => {x} Terminology
* Seasonal {x} => Seasonal {x}
* {x} at Home => Home {x}
* {x} at Work => Workplace {x}
* {x} at School => School {x}
* {x} for Older Adults => {x} in Later Life
* Famous People in {x} => {x} Figures
* {x} Regulations => {x} Regulation
* {x} and the Environment => Green {x}
* {x} and Technology => {x} Technology
* Digital {x} => Digital {x}
* {x} Checklists => {x} Checklists
* {x} Interviews => {x} Interviews
* {x} Competitions => {x} Competitions
* {x} Communities => {x} Communities
* {x} Events => {x} Events
* {x} Research Methods => {x} Research
* {x} Principles => {x} Principles
* {x} Techniques => {x} Techniques
* {x} Materials => {x} Materials
* {x} Schedules => {x} Schedules
* {x} in the News => {x} News
* {x} Photography Projects => {x} Photo Projects
* {x} Careers => {x} Careers
* {x} Trends => {x} Trends
* {x} Risks => {x} Risks
* {x} Benefits => {x} Benefits
* {x} Policy => {x} Policy
* {x} Exercises => {x} Exercises
* {x} Examples => {x} Examples
* {x} Comparisons => {x} Comparisons
* {x} Workshops => {x} Workshops
* {x} in Rural Areas => Rural {x}
* {x} in Large Cities => City {x}
* {x} with Limited Time => Quick {x}
* {x} and Teamwork => {x} Teamwork
* {x} and Creativity => {x} Creativity
* {x} Questions and Answers => {x} Questions
* {x} Success Stories => {x} Successes
* {x} Statistics and Figures => {x} Figures and Facts
* Getting Started with {x} => {x} First Steps
* Improving {x} => {x} Improvement
* Myths and Facts about {x} => {x} Facts

[narrow_facets]
* {x} in Practice
* Debates about {x}
* {x} Step by Step
* {x} Guides
* Key Ideas in {x}
* {x} Surveys
* {x} in Schools
* {x} Timelines
* Stories about {x}
* {x} Databases
* Local {x}
* Modern {x}
* {x} Reviews
* {x} Glossaries
* Problems in {x}
* {x} Pioneers
* {x} Lessons
* {x} Diaries
* Regional {x}
* {x} Milestones
* {x} Opinions
* {x} Templates
* {x} Podcasts
* {x} for Volunteers
* {x} for Managers
* Reading about {x}
* Explaining {x}
* Comparing {x}
* {x} Field Trips
* {x} Roundtables
* {x} Quizzes
* {x} Handbooks
* {x} Essentials
* {x} Decisions
* {x} Budgets
* {x} Experiments
"""
