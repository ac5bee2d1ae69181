import type { RequestPhrases } from './request-phrases.ts';

export const FRENCH_PHRASES: RequestPhrases = {
  greeting: ['', '', 'Bonjour. ', 'Bonjour à tous. ', 'Bonsoir. '],
  parts: {
    TECHNICAL: {
      problem: [
        (w) =>
          `${w.person()} n'arrive plus à se connecter depuis ${w.weekday()} matin : le mot de passe est accepté, puis la page de connexion revient.`,
        (w) =>
          `L'export CSV s'arrête avec l'erreur ${w.httpError()} dès qu'il dépasse ${w.number(200, 9000)} lignes.`,
        (w) =>
          `${w.person()} ne peut plus ouvrir le tableau de bord sous ${w.browser()} : l'écran reste blanc.`,
        (w) => `Le code de validation n'arrive jamais ; ${w.person()} l'attend toujours sur son téléphone.`,
        (w) =>
          `La synchronisation avec notre caisse échoue tous les jours vers ${w.time()}, avec le message « erreur ${w.httpError()} ».`,
        (w) => `Les notifications n'arrivent plus à l'adresse ${w.email()}.`,
      ],
      detail: [
        (w) => `Nous sommes ${w.number(3, 60)} à travailler à ${w.city()} et tout le monde est concerné.`,
        (w) => `Le problème est apparu après la mise à jour du ${w.date()}.`,
        (w) => `Nous avons déjà vidé le cache (${w.browser()}) et redémarré le poste, sans succès.`,
        (w) => `Cela bloque la commande ${w.order()}, attendue par ${w.company()}.`,
        (w) => `Chez ${w.company()}, la même opération fonctionne : nous ne voyons pas la différence.`,
      ],
      ask: [
        () => `Pouvez-vous regarder aujourd'hui ?`,
        (w) => `Merci de nous rappeler avant ${w.time()}.`,
        () => `Que pouvons-nous faire en attendant ?`,
        () => `Pouvez-vous nous dire quand ce sera réparé ?`,
      ],
    },
    BILLING: {
      problem: [
        (w) => `La facture ${w.invoice()} affiche ${w.amount()} alors que le devis indiquait ${w.amount()}.`,
        (w) =>
          `Nous avons été prélevés deux fois de ${w.amount()} sur la carte se terminant par ${w.cardEnd()}.`,
        (w) => `Le paiement de la facture ${w.invoice()} est refusé sans explication.`,
        (w) =>
          `La facture ${w.invoice()} est encore au nom de la société ${w.company()}, notre ancienne raison sociale.`,
        (w) => `L'avoir de ${w.amount()} promis le ${w.date()} n'apparaît toujours pas.`,
        (w) => `Le numéro de TVA ne figure pas sur la facture ${w.invoice()}, d'un montant de ${w.amount()}.`,
      ],
      detail: [
        (w) => `Notre comptable, ${w.person()}, doit clôturer les comptes avant le ${w.date()}.`,
        (w) => `Nous sommes passés à l'offre ${w.plan()} le ${w.date()}.`,
        (w) => `L'opération date de ${w.weekday()} dernier, vers ${w.time()}.`,
        (w) => `Il s'agit de la commande ${w.order()}, livrée à ${w.city()}.`,
        (w) => `J'avais pourtant écrit à ce sujet le ${w.date()}, sans réponse.`,
      ],
      ask: [
        () => `Pouvez-vous nous envoyer une facture corrigée ?`,
        () => `Merci de procéder au remboursement.`,
        (w) => `Merci de confirmer à ${w.email()}.`,
        () => `Est-ce une erreur de votre part ou de la nôtre ?`,
      ],
    },
    ACCOUNT: {
      problem: [
        (w) => `${w.person()} remplace ${w.person()} comme administrateur de notre compte.`,
        (w) => `Nous souhaitons passer de ${w.number(3, 20)} à ${w.number(21, 80)} utilisateurs.`,
        (w) => `Merci de remplacer l'adresse de contact par ${w.email()}.`,
        (w) => `Notre société devient ${w.company()} à partir du ${w.date()}.`,
        (w) => `${w.person()} a quitté l'entreprise : son accès doit être fermé.`,
        (w) => `Nous voudrions réunir les comptes des sociétés ${w.company()} et ${w.company()}.`,
      ],
      detail: [
        (w) => `Le changement doit prendre effet le ${w.date()}.`,
        (w) => `Nos bureaux se trouvent désormais à ${w.city()}.`,
        (w) => `Nous restons sur l'offre ${w.plan()}, facturée ${w.amount()} par mois.`,
        (w) => `J'ai essayé ${w.weekday()} depuis la page du compte, mais le bouton reste grisé.`,
        (w) => `La demande a été validée par ${w.person()}, de la direction.`,
      ],
      ask: [
        () => `Pouvez-vous faire le nécessaire ?`,
        () => `De quels documents avez-vous besoin ?`,
        (w) => `Merci d'envoyer une confirmation à ${w.email()}.`,
        () => `Nos données seront-elles conservées ?`,
      ],
    },
    GENERAL: {
      problem: [
        (w) => `Proposez-vous une remise au-delà de ${w.number(15, 200)} utilisateurs ?`,
        (w) => `Nous comparons votre offre ${w.plan()} avec celle de la société ${w.company()}.`,
        (w) => `Nous ouvrons une agence à ${w.city()} le ${w.date()}, avec ${w.number(3, 40)} personnes.`,
        (w) => `${w.person()} nous a parlé de votre service lors d'un salon à ${w.city()}.`,
        (w) => `Organisez-vous une formation pour ${w.number(4, 30)} débutants autour du ${w.date()} ?`,
        (w) => `Jusqu'à quand conservez-vous les données d'un client comme ${w.company()} ?`,
      ],
      detail: [
        (w) => `Notre budget est d'environ ${w.amount()} par mois.`,
        (w) => `Je n'ai rien trouvé dans votre documentation, consultée ${w.weekday()}.`,
        (w) => `La décision sera prise le ${w.date()} par ${w.person()}.`,
        (w) => `Nous travaillons aujourd'hui avec un tableur partagé entre ${w.number(2, 12)} services.`,
        (w) => `Nous sommes déjà clients, avec l'offre ${w.plan()}, depuis le ${w.date()}.`,
      ],
      ask: [
        () => `Pourriez-vous nous envoyer une documentation ?`,
        (w) => `Peut-on en parler ${w.weekday()} vers ${w.time()} ?`,
        (w) => `Merci de répondre à ${w.email()}.`,
        () => `Qui peut nous renseigner ?`,
      ],
    },
  },
};
