/** The words that simulated developers and startups are made of. */

export const INDUSTRIES = [
  'fintech',
  'healthtech',
  'edtech',
  'climate',
  'logistics',
  'proptech',
  'agritech',
  'gaming',
  'cybersecurity',
  'e-commerce',
  'travel',
  'media',
] as const;

/** Fields of work; each is known by the skills it needs. */
export const STACKS = [
  {
    name: 'frontend',
    role: 'frontend engineer',
    skills: ['TypeScript', 'React', 'Vue', 'CSS', 'WebGL', 'Accessibility'],
  },
  { name: 'backend', role: 'backend engineer', skills: ['Go', 'Java', 'Node.js', 'PostgreSQL', 'GraphQL', 'Kafka'] },
  { name: 'mobile', role: 'mobile engineer', skills: ['Swift', 'Kotlin', 'Flutter', 'React Native', 'Android', 'iOS'] },
  {
    name: 'machine learning',
    role: 'machine learning engineer',
    skills: ['Python', 'PyTorch', 'NLP', 'Computer Vision', 'Statistics', 'MLOps'],
  },
  { name: 'data', role: 'data engineer', skills: ['SQL', 'Spark', 'dbt', 'Airflow', 'Tableau', 'DuckDB'] },
  {
    name: 'cloud',
    role: 'platform engineer',
    skills: ['AWS', 'Kubernetes', 'Terraform', 'Linux', 'Docker', 'Observability'],
  },
  {
    name: 'cryptography',
    role: 'security engineer',
    skills: ['Rust', 'Cryptography', 'Solidity', 'Zero Knowledge', 'Penetration Testing', 'Identity'],
  },
  { name: 'embedded', role: 'embedded engineer', skills: ['C++', 'Robotics', 'Firmware', 'FPGA', 'ROS', 'Sensors'] },
] as const;

/** Roles that say nothing of the stack. */
export const GENERAL_ROLES = ['full-stack engineer', 'engineering manager'] as const;

export const TYPES = ['collaboration', 'employment', 'cofounder', 'freelance', 'advisory'] as const;
export const STAGES = ['idea', 'pre-seed', 'seed', 'series A', 'growth'] as const;
export const REGIONS = [
  'Western Europe',
  'Eastern Europe',
  'North America',
  'South America',
  'Asia',
  'Africa',
] as const;
export const SENIORITIES = ['student', 'junior', 'mid-level', 'senior', 'principal'] as const;
export const AVAILABILITIES = ['evenings', 'part time', 'full time', 'notice period'] as const;
export const LANGUAGES = [
  'English',
  'German',
  'French',
  'Spanish',
  'Portuguese',
  'Polish',
  'Hindi',
  'Mandarin',
  'Swahili',
] as const;

/** What people value in a team: said in their texts, and of no weight in their choices. */
export const GOALS = [
  'shipping fast',
  'craftsmanship',
  'deep research',
  'customer contact',
  'a mission',
  'equity',
  'remote work',
  'an office crew',
  'mentoring',
  'open source',
  'learning',
] as const;

export const PRODUCTS: Readonly<Record<(typeof INDUSTRIES)[number], readonly [string, ...string[]]>> = {
  fintech: ['instant payouts', 'lending for small firms', 'a budgeting companion', 'treasury automation'],
  healthtech: ['remote diagnostics', 'hospital scheduling', 'a therapy companion', 'trial recruitment'],
  edtech: ['adaptive courses', 'a tutoring market', 'classroom analytics', 'language practice'],
  climate: ['carbon accounting', 'home energy control', 'battery analytics', 'methane tracking'],
  logistics: ['route planning', 'warehouse robots', 'freight matching', 'customs paperwork'],
  proptech: ['tenant services', 'building twins', 'a mortgage desk', 'facility sensors'],
  agritech: ['crop forecasts', 'drone scouting', 'soil sensing', 'a produce exchange'],
  gaming: ['a cooperative strategy game', 'a level editor', 'match-making', 'game economies'],
  cybersecurity: ['threat hunting', 'secret scanning', 'identity proofing', 'incident response'],
  'e-commerce': ['returns handling', 'a storefront builder', 'visual search', 'demand forecasts'],
  travel: ['night-train booking', 'trip planning', 'a hosts network', 'group travel'],
  media: ['podcast editing', 'rights clearing', 'local newsrooms', 'video captions'],
};

export const GIVEN_NAMES = [
  'Ada',
  'Amir',
  'Ana',
  'Bela',
  'Chen',
  'Dana',
  'Emeka',
  'Farah',
  'Goran',
  'Hana',
  'Ines',
  'Jonas',
  'Kofi',
  'Lena',
  'Mateo',
  'Nadia',
  'Olga',
  'Priya',
  'Quentin',
  'Rosa',
  'Sami',
  'Tomas',
  'Uma',
  'Vera',
  'Wanjiru',
  'Yara',
  'Zoltan',
] as const;
export const FAMILY_NAMES = [
  'Abebe',
  'Bauer',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Horvat',
  'Ivanova',
  'Jensen',
  'Kumar',
  'Lopez',
  'Moreau',
  'Novak',
  'Okafor',
  'Petrov',
  'Quispe',
  'Rossi',
  'Santos',
  'Tanaka',
  'Usman',
  'Varga',
  'Weber',
  'Yilmaz',
] as const;
export const STARTUP_HEADS = [
  'Amber',
  'Birch',
  'Copper',
  'Delta',
  'Ember',
  'Fjord',
  'Grove',
  'Harbor',
  'Iris',
  'Juniper',
  'Kite',
  'Lumen',
  'Meadow',
  'North',
  'Orchard',
  'Pebble',
  'Quarry',
  'River',
  'Slate',
  'Tide',
  'Umbra',
  'Vista',
  'Willow',
  'Zephyr',
] as const;
export const STARTUP_TAILS = [
  'works',
  'line',
  'path',
  'loop',
  'base',
  'grid',
  'cast',
  'well',
  'mark',
  'field',
  'ward',
  'stack',
] as const;
